package ar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestJobStates writes down where every situation of a delivery brings its job: go test ./internal/ar -run TestJobStates -update
func TestJobStates(t *testing.T) {
	var text strings.Builder
	fmt.Fprintf(&text, "%-23s %-8s %-5s %-9s %s\n", "delivery", "job", "code", "result", "ended")
	for _, s := range deliveries {
		s.delivery.Reason = "Because."
		var j Job
		ended := j.Follow(&s.delivery, noon)
		fmt.Fprintf(&text, "%-23s %-8s %-5s %-9s %v\n", s.name, j.State, j.Code, j.Result, ended)
		if ended != j.Ended() || ended != (j.Finished != nil) {
			t.Errorf("%s: %+v", s.name, j)
		}
	}
	golden(t, "testdata/jobs.golden", text.String())
}

// Whoever is told of the end of a job is told once; and once more when a person decides what nobody knew, either way.
func TestFollowTellsOnce(t *testing.T) {
	later := noon.Add(time.Hour)
	held := Delivery{State: DeliveryUnknown, Attempts: 1, Reason: "Nobody knows."}
	for _, c := range []struct {
		name   string
		decide func(*Delivery) error
		want   string
	}{
		{"arrived", func(d *Delivery) error { return d.Resolve(true, "Found.", later) }, "done 0 OK"},
		{"lost", func(d *Delivery) error { return d.Resolve(false, "Lost.", later) }, "failed 2 Lost."},
	} {
		var j Job
		d := held
		if !j.Follow(&d, noon) || j.Follow(&d, later) || *j.Finished != noon {
			t.Errorf("%s: %+v", c.name, j)
		}
		if err := c.decide(&d); err != nil {
			t.Fatal(err)
		}
		if !j.Follow(&d, later) || j.Follow(&d, later) || *j.Finished != later {
			t.Errorf("%s: %+v", c.name, j)
		}
		if got := fmt.Sprint(j.State, " ", j.Code, " ", j.Result); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	var j Job
	d := held
	j.Follow(&d, noon)
	if err := d.Release(tick); err != nil {
		t.Fatal(err)
	}
	if j.Follow(&d, later) || j.State != JobRunning || j.Finished != nil || j.Code != "" {
		t.Errorf("released: %+v", j)
	}
}
