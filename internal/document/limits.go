package document

import (
	"os"
	"runtime/metrics"
	"time"
)

// exitMemory is the exit code of a child that has taken too much.
const exitMemory = 3

// watchMemory ends this process soon after it has taken more than it may. It is for systems that cannot limit addresses.
func watchMemory(memory int64) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	go func() {
		for range time.Tick(2 * time.Millisecond) {
			if metrics.Read(sample); sample[0].Value.Uint64() > uint64(memory) {
				os.Exit(exitMemory)
			}
		}
	}()
}
