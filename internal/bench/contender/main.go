// Command contender is a process of the comparison: it measures all variants in process, or serves one over loopback.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/dunwell/dunwell/internal/bench/inprocess"
	"github.com/dunwell/dunwell/internal/bench/variant"
	"github.com/dunwell/dunwell/internal/bench/workload"
)

func main() {
	serve := flag.String("serve", "", "serve this `variant` on a free port, and print the address")
	rounds := flag.Int("rounds", 10, "rounds of measuring in process")
	slice := flag.Duration("slice", 100*time.Millisecond, "time of each variant in a round")
	flag.Parse()
	run := func() error { return measure(*rounds, *slice) }
	if *serve != "" {
		run = func() error { return listen(*serve) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "contender:", err)
		os.Exit(1)
	}
}

// measure prints the results as JSON.
func measure(rounds int, slice time.Duration) error {
	runtime.GOMAXPROCS(1)
	var handlers []http.Handler
	for _, name := range variant.Names {
		h, err := variant.New(name)
		if err != nil {
			return err
		}
		handlers = append(handlers, h)
	}
	var all []inprocess.Result
	for _, w := range workload.All {
		var contenders []inprocess.Contender
		for i, name := range variant.Names {
			contenders = append(contenders, inprocess.Contender{Name: name, Run: inprocess.Serving(handlers[i], w.Request)})
		}
		results, err := inprocess.Compare(w.Name, inprocess.Processor, contenders, rounds, slice)
		if err != nil {
			return err
		}
		all = append(all, results...)
	}
	return json.NewEncoder(os.Stdout).Encode(all)
}

// listen serves until the process is ended.
func listen(name string) error {
	h, err := variant.New(name)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("%s listens on http://%s\n", name, listener.Addr())
	return (&http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}).Serve(listener)
}
