#!/usr/bin/env python3
"""Recomputes the interest of a claim (§ 288 BGB), day by day and without any code of dunwell, so that both can be held against
each other. It needs Python 3 and nothing else; base rates are read from internal/ar/rates.csv.

    scripts/interest.py 1000.00 2025-05-31 2025-07-15 --debtor incorporate
    scripts/interest.py 1000.00 2026-01-31 2026-03-31 --debtor incorporate --paid 2026-03-02=486.56

The arguments are the total of the invoice, its due date and the last day that counts. --paid is money that lowered the principal,
by value date; money that went back is negative. With --cases, cases are read from standard input, one JSON object a line with
the names of the arguments, and answered one a line.
"""
import argparse
import csv
import json
import sys
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path

POINTS = {"individual": 5, "incorporate": 9}  # § 288 (1), (2) BGB for debts that arose after 28 July 2014
DAY = timedelta(days=1)


def base_rates():
    lines = (Path(__file__).parent.parent / "internal/ar/rates.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {date.fromisoformat(r["from"]): Fraction(r["percent"]) for r in rows if r["series"] == "BGB"}


RATES = base_rates()


def base_rate(day):
    """The rate of the half-year of the day, or the last there is."""
    begin = date(day.year, 1 if day.month < 7 else 7, 1)
    return RATES[min(begin, max(RATES))]


def counted(day, count):
    """How many days a day counts as, and how many its year has."""
    if count == "act/365":
        return 1, 365
    if count == "act/act":
        return 1, (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    if day.month == 3 and day.day == 1:  # February has 30 days as well
        return 31 - (day - DAY).day, 360
    return 0 if day.day == 31 else 1, 360


def compute(case):
    paid = [(date.fromisoformat(day), Fraction(amount)) for day, amount in case["paid"]]
    total, day, last = Fraction(case["total"]), date.fromisoformat(case["due"]) + DAY, date.fromisoformat(case["asOf"])
    rows = []
    while day <= last:
        principal = total - sum(amount for value, amount in paid if value < day)
        days, year = counted(day, case["dayCount"])
        same = (principal, base_rate(day) + POINTS[case["debtor"]], year)
        if not rows or rows[-1]["same"] != same or rows[-1]["to"] != day - DAY:
            rows.append({"same": same, "from": day, "days": 0})
        rows[-1].update(to=day, days=rows[-1]["days"] + days)
        day += DAY
    rows = [row for row in rows if row["same"][0] > 0 and row["days"] > 0]
    exact = [row["days"] * principal * rate / year for row in rows for principal, rate, year in [row["same"]]]  # percent of EUR: cents
    interest = floor(sum(exact) + Fraction(1, 2))  # rounded once, half away from zero: nothing here is negative
    cents = [floor(e) for e in exact]
    largest = sorted(range(len(rows)), key=lambda i: cents[i] - exact[i])
    for i in largest[: interest - sum(cents)]:  # what rounding down took goes to the largest remainders, so that the rows add up
        cents[i] += 1
    return {
        "principal": money(100 * (total - sum(amount for value, amount in paid if value <= last))),
        "interest": money(interest),
        "periods": [
            {"from": str(row["from"]), "to": str(row["to"]), "days": row["days"], "principal": money(100 * row["same"][0]),
             "rate": money(100 * row["same"][1]).rstrip("0").rstrip("."), "amount": money(amount)}
            for row, amount in zip(rows, cents)
        ],
    }


def money(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{int(abs(cents) % 100):02}"


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("total", nargs="?"), parser.add_argument("due", nargs="?"), parser.add_argument("asOf", nargs="?")
parser.add_argument("--debtor", choices=POINTS, default="individual")
parser.add_argument("--dayCount", choices=["act/365", "act/act", "30/360"], default="act/365")
parser.add_argument("--paid", action="append", default=[], type=lambda text: text.split("=", 1), metavar="DAY=AMOUNT")
parser.add_argument("--cases", action="store_true")
arguments = vars(parser.parse_args())
for case in map(json.loads, sys.stdin) if arguments["cases"] else [arguments]:
    print(json.dumps(compute(case)))
