// The operations the server offers, called by openapi-fetch with the types openapi-typescript makes of the contract. The
// compiler holds requests and answers against those types, and the assertions look at what came back.
//
//	node generated/js/openapi-fetch.js http://127.0.0.1:8080/api
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/contract.js';

const baseUrl = process.argv[2];
assert(baseUrl, 'usage: openapi-fetch.js URL');
const headers = { Authorization: 'Basic ' + Buffer.from('demo:p@55w0rd').toString('base64') };

// flat writes nested filters as query[due][$lt]=…; the serializer of openapi-fetch stops at the first level.
function flat(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flat(`${name}[${key}]`, inner));
}
const querySerializer = (query: object) =>
  new URLSearchParams(Object.entries(query).flatMap(([name, value]) => flat(name, value))).toString();

const api = createClient<paths>({ baseUrl, headers, querySerializer });
const anonymous = createClient<paths>({ baseUrl });

type Failure = components['schemas']['Error'];

// must gives the data of an answer that is no refusal.
function must<T>(answer: { data?: T; error?: Failure; response: Response }, status = 200): NonNullable<T> {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert(answer.data !== undefined && answer.data !== null, 'an answer without a body');
  return answer.data;
}

// refused gives the envelope of an answer that is one, of the expected type.
function refused(answer: { error?: Failure; response: Response }, status: number, type: Failure['type']): Failure {
  assert.equal(answer.response.status, status);
  assert(answer.error, 'a refusal without a body');
  assert.equal(answer.error.code, status);
  assert.equal(answer.error.type, type);
  return answer.error;
}

async function customers() {
  const created = must(await api.POST('/identities', {
    body: {
      reference: 'TS-K1', kind: 'individual', name: { firstname: 'Ada', lastname: 'Lovelace', birthday: '1815-12-10' },
      addresses: [{ kind: 'default', street: 'Ringstraße', housenumber: '1', zipcode: '10115', city: 'Berlin', country: 'DE' }],
      emails: [{ email: 'ada@example.com', kind: 'default' }], meta: { source: 'openapi-fetch', tags: [1, 'two', null], none: null },
    },
  }), 201);
  assert.deepEqual(created.meta, { source: 'openapi-fetch', tags: [1, 'two', null], none: null });
  const path = { identityReference: 'TS-K1' };
  const read = await api.GET('/identities/{identityReference}', { params: { path } });
  assert.deepEqual(must(read), created);

  const tag = read.response.headers.get('ETag');
  assert(tag);
  const body = { detail: { dunning: { delayedUntil: '2030-01-01', deliveryKind: 'letter' as const } } };
  const changed = await api.PUT('/identities/{identityReference}', { params: { path, header: { 'If-Match': tag } }, body });
  assert.equal(must(changed).detail.dunning?.delayedUntil, '2030-01-01');
  refused(await api.PUT('/identities/{identityReference}', { params: { path, header: { 'If-Match': tag } }, body }), 412, 'ERR_PRECONDITION_FAILED');

  const list = must(await api.GET('/identities', { params: { query: { query: { reference: 'TS-K1', created: { $gte: '2020-01-01' } }, withTotal: true } } }));
  assert.equal(list.total, 1);
  assert.deepEqual(list.rows.map((row) => row.reference), ['TS-K1']);
}

async function invoices() {
  const identity = { identityReference: 'TS-K1' };
  const path = { invoiceReference: 'TS-1' };
  const items = [
    { label: 'Coffee', quantity: 3, unit: 'kg', unitprice: '24.95', taxrate: '7', detail: { description: 'Arabica' } },
    { label: 'Grinder', quantity: '1', unit: 'piece', unitprice: 0.1, detail: {} },
  ];
  const draft = { params: { path: identity, header: { 'Idempotency-Key': 'ts-1' } }, body: { reference: 'TS-1', netbased: true, items } };
  const created = await api.POST('/identities/{identityReference}/invoices', draft);
  const invoice = must(created, 201);
  assert.deepEqual([invoice.total, invoice.items[1]?.unitprice], ['80.19', '0.10']); // 3 × 24.95 + 7 % + 0.1, no float between
  const replayed = await api.POST('/identities/{identityReference}/invoices', draft);
  assert.deepEqual(must(replayed, 201), invoice);
  assert.equal(replayed.response.headers.get('Idempotent-Replayed'), 'true');
  refused(await api.POST('/identities/{identityReference}/invoices', { ...draft, body: {} }), 422, 'ERR_IDEMPOTENCY_KEY_REUSED');

  const updated = must(await api.PUT('/invoices/{invoiceReference}', { params: { path }, body: { due: '2030-01-31', label: 'Beans' } }));
  assert.equal(updated.due, '2030-01-31T00:00:00.000Z');
  assert.equal(must(await api.PUT('/invoices/{invoiceReference}', { params: { path }, body: { due: null } })).due, undefined);

  const job = must(await api.POST('/invoices/{invoiceReference}/commitInvoice', { params: { path }, body: { data: 'ts' } }));
  assert.equal(job.result, 'OK');
  const committed = await ended(job.job);
  assert.deepEqual([committed.kind, committed.invoice, committed.data], ['commitInvoice', 'TS-1', 'ts']);
  refused(await api.POST('/invoices/{invoiceReference}/commitInvoice', { params: { path }, body: {} }), 409, 'ERR_CONFLICT_STATE');
  assert.equal(must(await api.GET('/invoices/{invoiceReference}', { params: { path } })).committed, true);

  const claim = must(await api.GET('/invoices/{invoiceReference}/claim', { params: { path, query: { asOf: '2030-01-31' } } }));
  assert.deepEqual([claim.asOf, claim.principal, claim.periods[0]?.principal], ['2030-01-31', '80.19', '80.19']);

  const modification = { dunninglevel: 2, startDunningDate: '2030-03-01' };
  const modified = must(await api.POST('/invoices/{invoiceReference}/modifyDunning', { params: { path, header: { 'Idempotency-Key': 'ts-level' } }, body: modification }));
  const set = must(await api.GET('/jobs/{job}', { params: { path: { job: modified.job } } }));
  assert.deepEqual([set.kind, set.state, set.deliveries], ['modifyDunning', 'done', []]);
  const dunning = must(await api.GET('/invoices/{invoiceReference}/dunning', { params: { path } }));
  assert.deepEqual([dunning.level, dunning.startDunningDate, dunning.next?.level, dunning.next?.fee], [2, '2030-03-01', 3, '2.50']);
  assert.deepEqual(dunning.cycles?.map((cycle) => [cycle.level, cycle.job]), [[2, modified.job]]);
  refused(await api.POST('/invoices/{invoiceReference}/modifyDunning', { params: { path }, body: { startDunningDate: '2000-01-01' } }), 400, 'ERR_INVALID_VALUE');
  await runs('TS-1');

  const again = must(await api.POST('/invoices/{invoiceReference}/resendInvoice', { params: { path }, body: {} }));
  assert.notEqual((await ended(again.job)).deliveries?.[0]?.messageId, committed.deliveries?.[0]?.messageId);

  const ofCustomer = must(await api.GET('/identities/{identityReference}/invoices', {
    params: { path: identity, query: { limit: 0, search: { unpaid: { $gt: '80.00' } }, sort: '-created' } },
  }));
  assert.deepEqual(ofCustomer.map((row) => row.reference), ['TS-1']);
  await walk();
}

// runs holds an invoice back that nobody is to be dunned for yet, and runs what is planned of it: nothing.
async function runs(invoice: string) {
  const hold = must(await api.POST('/dunning/holds', { body: { invoice, kind: 'dispute', reason: 'One came broken.', amount: '10.00' } }), 201);
  const active = must(await api.GET('/dunning/holds', { params: { query: { invoice, active: true } } }));
  assert.deepEqual(active, [hold]);
  assert.deepEqual(must(await api.GET('/invoices/{invoiceReference}/dunning', { params: { path: { invoiceReference: invoice } } })).holds, [hold]);
  const lift = { params: { path: { hold: hold.id } }, body: {} };
  assert(must(await api.POST('/dunning/holds/{hold}/lift', lift)).lifted);
  refused(await api.POST('/dunning/holds/{hold}/lift', lift), 409, 'ERR_CONFLICT_STATE');

  const plan = must(await api.POST('/dunning/runs', { body: { dryRun: true, invoices: [invoice] } }));
  assert.deepEqual([plan.state, plan.notices, plan.skipped], ['done', 0, 1]);
  const entries = must(await api.GET('/dunning/runs/{run}/entries', { params: { path: { run: plan.run }, query: { limit: 1 } } }));
  assert.deepEqual(entries.rows.map((row) => [row.invoice, row.outcome, row.guard]), [[invoice, 'skipped', 'G2']]);
  refused(await api.POST('/dunning/runs', { body: { dryRun: true, hash: plan.hash! } }), 400, 'ERR_INVALID_VALUE');
  let run = must(await api.POST('/dunning/runs', { body: { hash: plan.hash!, invoices: [invoice] } }));
  while (!run.finished) {
    await setTimeout(20);
    run = must(await api.GET('/dunning/runs/{run}', { params: { path: { run: run.run } } }));
  }
  assert.deepEqual([run.state, run.hash, run.issued], ['done', plan.hash, 0]);
  assert.deepEqual(must(await api.GET('/dunning/runs', { params: { query: { dryRun: false, limit: 1 } } })).map((row) => row.run), [run.run]);
}

// ended waits until a job has mailed its document.
async function ended(job: string) {
  for (;;) {
    const now = must(await api.GET('/jobs/{job}', { params: { path: { job } } }));
    if (!now.finished) {
      await setTimeout(20);
      continue;
    }
    assert.deepEqual([now.state, now.resultcode, now.deliveries?.[0]?.state], ['done', '0', 'accepted'], JSON.stringify(now));
    return now;
  }
}

// walk follows the cursor through all open invoices.
async function walk() {
  const query = { pageSize: 5, sort: 'due,-reference', query: { state: { $in: 'none,canceled' }, total: { $gte: '100', $lt: '1000' } } };
  const seen = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = must(await api.GET('/invoices', { params: { query: after ? { ...query, after } : query } }));
    page.rows.forEach((row) => seen.add(row.reference));
    after = page.next;
    assert.equal(page.hasMore, after !== undefined);
    if (!after) break;
    assert.equal(page.rows.length, 5);
  }
  const all = must(await api.GET('/invoices', { params: { query: { ...query, pageSize: 1000 } } }));
  assert.deepEqual([...seen], all.rows.map((row) => row.reference));
  assert(seen.size > 5, 'the demo data has more than a page of them');
}

async function documents() {
  const path = { invoiceReference: 'TS-1' };
  const original = await download('RE12345');
  const imported = must(await api.POST('/invoices/{invoiceReference}/importExternalDocument', {
    params: { path, header: { 'Idempotency-Key': 'ts-import' } },
    body: { file: original, filename: 'TS-1.pdf', kind: 'invoice', description: 'Übergabe' },
    bodySerializer: (body) => {
      const form = new FormData(); // fetch writes the Content-Type, with its boundary
      Object.entries(body).forEach(([name, value]) => form.append(name, value));
      return form;
    },
  }));
  assert.equal(imported.voucherReference, 'TS-1');
  assert.deepEqual(await bytes(await download('TS-1')), await bytes(original));
}

// download fetches the document of an invoice that counts, with credentials and by its link.
async function download(invoiceReference: string): Promise<Blob> {
  const [voucher] = must(await api.GET('/invoices/{invoiceReference}/documents', {
    params: { path: { invoiceReference }, query: { search: { kind: 'invoice' }, sort: '-created', limit: 1 } },
  }));
  const communication = voucher?.communications.filter(({ kind }) => kind === 'invoice').at(-1); // the original, once there is one
  assert(communication);
  const file = '/v1/communication/{id}/file';
  const path = { id: communication.id };
  const blob = must(await api.GET(file, { params: { path }, parseAs: 'blob' }));
  const link = Object.fromEntries(new URL(communication.publicUrl).searchParams);
  const linked = must(await anonymous.GET(file, { params: { path, query: link }, parseAs: 'blob' }));
  assert.deepEqual(await bytes(linked), await bytes(blob));
  assert.equal(Buffer.from(await bytes(blob)).subarray(0, 5).toString(), '%PDF-');
  refused(await anonymous.GET(file, { params: { path, query: { ...link, expires: '1' } } }), 403, 'ERR_FORBIDDEN');
  return blob;
}

const bytes = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

async function money() {
  const [creditnote] = must(await api.GET('/creditnotes', { params: { query: { query: { currency: 'EUR' } } } })).rows;
  assert(creditnote?.corrects);
  const creditnoteReference = creditnote.reference;
  assert.deepEqual(must(await api.GET('/creditnotes/{creditnoteReference}', { params: { path: { creditnoteReference } } })), creditnote);
  const booked = must(await api.GET('/invoices/{invoiceReference}/payments', { params: { path: { invoiceReference: creditnote.corrects } } }));
  const credit = booked.payments.find((entry) => entry.booking.voucher === creditnoteReference);
  assert.equal(credit?.booking.transaction, null);

  const items = [{ label: 'Grinder', quantity: 1, unit: 'piece', unitprice: '0.10', detail: {} }];
  const note = must(await api.POST('/identities/{identityReference}/creditnotes', {
    params: { path: { identityReference: 'TS-K1' } }, body: { reference: 'TS-GS1', invoice: 'TS-1', items },
  }), 201);
  assert.deepEqual([note.corrects, note.total, note.unpaid], ['TS-1', '0.10', '0.00']);
  const transfer = { amount: '80.10', currency: 'EUR', valuedate: '2026-01-31', label: 'TS-1', assignments: [{ invoice: 'TS-1', amount: 80 }] };
  const paid = must(await api.POST('/transactions', { params: { header: { 'Idempotency-Key': 'ts-transfer' } }, body: transfer }), 201);
  assert.deepEqual([paid.identity, paid.unallocated], ['TS-K1', '0.10']);
  assert.deepEqual(must(await api.GET('/transactions/{id}', { params: { path: { id: paid.id } } })), paid);
  const moved = must(await api.GET('/transactions', { params: { query: { query: { amount: { $gte: '80.10' } }, sort: '-created', pageSize: 1 } } }));
  assert.deepEqual(moved.rows, [paid]);

  const adjust = { params: { path: { invoiceReference: 'TS-1' } } };
  const [writeoff] = must(await api.POST('/invoices/{invoiceReference}/adjustments', { ...adjust, body: { kind: 'writeoff', amount: '0.04', reason: 'small change' } }), 201);
  assert.deepEqual([writeoff?.kind, writeoff?.transaction], ['writeoff', null]);
  must(await api.POST('/invoices/{invoiceReference}/adjustments', { ...adjust, body: { kind: 'reversal', reverses: writeoff!.id, reason: 'it is there' } }), 201);
  const assign = { params: { path: { id: paid.id } }, body: { assignments: [{ invoice: 'TS-1', amount: '0.09' }] } };
  assert.equal(must(await api.POST('/transactions/{id}/assignments', assign)).unallocated, '0.01');
  refused(await api.POST('/transactions/{id}/assignments', assign), 409, 'ERR_CONFLICT_STATE');
  assert.equal(must(await api.GET('/invoices/{invoiceReference}', { params: { path: { invoiceReference: 'TS-1' } } })).state, 'paid');
}

// statement is what a bank says of an account: one payment of somebody who is not known.
const statement = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>TS</Id><Acct><Id><IBAN>DE68210501700012345678</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">0.03</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt><AcctSvcrRef>TS</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>`;

async function statements() {
  const made = must(await api.POST('/transactions/imports', {
    params: { header: { 'Idempotency-Key': 'ts-statement' } },
    body: { file: new Blob([statement]), filename: 'statement.xml' },
    bodySerializer: (body) => {
      const form = new FormData();
      Object.entries(body).forEach(([name, value]) => form.append(name, value));
      return form;
    },
  }));
  for (;;) {
    const now = must(await api.GET('/transactions/imports/{import}', { params: { path: { import: made.id } } }));
    if (!now.finished) {
      await setTimeout(20);
      continue;
    }
    assert.deepEqual([now.state, now.entries, now.booked, now.unallocated], ['done', 1, 1, 1], JSON.stringify(now));
    return;
  }
}

async function sandbox() {
  const { now } = must(await api.GET('/sandbox/clock'));
  const later = new Date(Date.parse(now) + 60_000).toISOString();
  assert(must(await api.PUT('/sandbox/clock', { body: { now: later } })).now >= later);
  refused(await api.PUT('/sandbox/clock', { body: { now } }), 409, 'ERR_CONFLICT_STATE');
}

// What the contract does not allow, the compiler refuses, and the server as well.
async function refusals() {
  const path = { invoiceReference: 'TS-1' };
  // @ts-expect-error: a field nobody knows. In a call itself it would pass: openapi-fetch infers the type of what it is given.
  const body: components['schemas']['InvoiceUpdate'] = { colour: 'red' };
  const unknown = await api.PUT('/invoices/{invoiceReference}', { params: { path }, body });
  assert.deepEqual(refused(unknown, 400, 'ERR_INVALID_VALUE').details?.[0]?.fields, ['colour']);
  // @ts-expect-error: not one of the kinds of customers
  const kind = await api.POST('/identities', { body: { kind: 'company' } });
  assert.deepEqual(refused(kind, 400, 'ERR_INVALID_VALUE').details?.[0]?.fields, ['kind']);
  // @ts-expect-error: no field to filter by
  refused(await api.GET('/invoices', { params: { query: { query: { colour: 'red' } } } }), 400, 'ERR_INVALID_VALUE');
  refused(await api.GET('/invoices/{invoiceReference}', { params: { path: { invoiceReference: 'none such' } } }), 404, 'ERR_NOT_FOUND');
  refused(await anonymous.GET('/invoices/{invoiceReference}', { params: { path } }), 401, 'ERR_UNAUTHORIZED');
}

async function main() {
  for (const part of [customers, invoices, documents, money, statements, sandbox, refusals]) await part();
}

main().catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});
