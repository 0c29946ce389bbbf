package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// Schedule is something that is done again and again, by one process at a time.
//
// Its ticks are the multiples of Every since midnight UTC of some day: at 09:00, 09:15 and 09:30, say, whoever is started
// when. Each tick runs once in all processes together. One that could not run until the next is due is left out.
type Schedule struct {
	Name  string        // the same in all processes, and in the next release
	Every time.Duration // at least a second

	// Run does it. It has Every at most, and never more than 24 minutes, until its context is cancelled: let it look for
	// what is due and nudge that. An error is logged, and the tick runs again until the next is due.
	Run func(ctx context.Context) error

	// RunOnStart runs the last tick late when no process has run it in the last ten minutes: after a restart one does not
	// wait for the next.
	RunOnStart bool
}

// tickEarly is how early River may be with a tick.
const tickEarly = 100 * time.Millisecond

// tickArgs is a tick as River stores it. That there cannot be two with the same args makes each run once, even when two
// processes take themselves for the leader.
type tickArgs struct {
	Name string `json:"name"`
	Tick int64  `json:"tick"` // milliseconds of UTC
}

func (tickArgs) Kind() string { return "tick" }

// periodicJobs is what the leader of all processes enqueues.
func periodicJobs(schedules []Schedule) ([]*river.PeriodicJob, error) {
	var jobs []*river.PeriodicJob
	names := map[string]bool{}
	for _, s := range schedules {
		switch {
		case s.Name == "" || names[s.Name]:
			return nil, fmt.Errorf("jobs: the name of a schedule, %q, is missing or there twice", s.Name)
		case s.Every < time.Second:
			return nil, fmt.Errorf("jobs: schedule %s runs every %s; a second is the least", s.Name, s.Every)
		case s.Run == nil:
			return nil, errors.New("jobs: schedule " + s.Name + " has nothing to run")
		}
		names[s.Name] = true
		jobs = append(jobs, river.NewPeriodicJob(ticks(s.Every), s.tick, &river.PeriodicJobOpts{RunOnStart: s.RunOnStart}))
	}
	return jobs, nil
}

// tick is the job of the tick that is now.
func (s Schedule) tick() (river.JobArgs, *river.InsertOpts) {
	now := time.Now().Add(tickEarly).Truncate(s.Every)
	return tickArgs{Name: s.Name, Tick: now.UnixMilli()}, &river.InsertOpts{Priority: priorityTick, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// ticks are the multiples of a duration: they do not move when a process starts or the leader changes, as those of
// river.PeriodicInterval do.
type ticks time.Duration

func (every ticks) Next(now time.Time) time.Time {
	return now.Truncate(time.Duration(every)).Add(time.Duration(every))
}

type tickWorker struct {
	river.WorkerDefaults[tickArgs]
	schedules map[string]Schedule
}

func newTickWorker(schedules []Schedule) *tickWorker {
	w := &tickWorker{schedules: map[string]Schedule{}}
	for _, s := range schedules {
		w.schedules[s.Name] = s
	}
	return w
}

func (w *tickWorker) Work(ctx context.Context, job *river.Job[tickArgs]) error {
	s, ok := w.schedules[job.Args.Name]
	if !ok {
		return fmt.Errorf("jobs: there is no schedule %q here; it may be of another release", job.Args.Name)
	}
	if time.Since(time.UnixMilli(job.Args.Tick)) >= s.Every {
		return nil // the next one is there
	}
	if err := s.Run(ctx); err != nil {
		return failed(ctx, err)
	}
	return nil
}

func (w *tickWorker) Timeout(job *river.Job[tickArgs]) time.Duration {
	if s, ok := w.schedules[job.Args.Name]; ok {
		return min(s.Every, handlerLimit)
	}
	return 0
}
