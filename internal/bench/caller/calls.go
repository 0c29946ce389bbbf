package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/way"
)

// calls compares the ways of calling: over loopback, by the time that passes, and alone, against a transport that has
// the server's answers ready, by the processor's.
func (e errand) calls(ctx context.Context) (all []inprocess.Result, err error) {
	recorded := &recorder{answers: map[string]*answer{}}
	over, err := ways(e.url, nil)
	if err != nil {
		return nil, err
	}
	alone, err := ways(e.url, recorded)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		setting string
		ways    []way.Way
		clock   inprocess.Clock
		cores   int
	}{{way.Loopback, over, inprocess.Wall, 0}, {way.Alone, alone, inprocess.Processor, 1}} {
		runtime.GOMAXPROCS(c.cores) // 0 leaves it as it is
		for _, call := range way.Calls {
			var contenders []inprocess.Contender
			for _, w := range c.ways {
				contenders = append(contenders, inprocess.Contender{Name: w.Name(), Run: func(n int) error {
					for range n {
						if err := call.Do(ctx, w, e.invoice); err != nil {
							return err
						}
					}
					return nil
				}})
			}
			results, err := inprocess.Compare(call.Title+", "+c.setting, c.clock, contenders, e.rounds, e.slice)
			if err != nil {
				return nil, err
			}
			all = append(all, results...)
		}
	}
	return all, nil
}

func ways(url string, transport http.RoundTripper) (all []way.Way, err error) {
	for _, name := range way.Names {
		w, err := way.New(name, url, transport)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// recorder gives the server's first answer to a request again to each further one like it.
type recorder struct{ answers map[string]*answer }

type answer struct {
	http.Response
	body []byte
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return nil, err
		}
		_ = request.Body.Close() // it is in memory
	}
	a := r.answers[request.Method]
	if a == nil {
		var err error
		if a, err = r.ask(request); err != nil {
			return nil, err
		}
	}
	given := a.Response
	given.Header, given.Body, given.Request = a.Header.Clone(), io.NopCloser(bytes.NewReader(a.body)), request
	return &given, nil
}

func (r *recorder) ask(request *http.Request) (*answer, error) {
	again := request.Clone(request.Context())
	if request.GetBody != nil {
		again.Body, _ = request.GetBody() // it is in memory
	}
	response, err := http.DefaultTransport.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(response.Body)
	a := &answer{*response, body}
	r.answers[request.Method] = a
	return a, err
}
