package attack

import "runtime/metrics"

// Stops returns how often the runtime has stopped the program so far, but for garbage collections.
func Stops() (n uint64) {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(sample)
	for _, count := range sample[0].Value.Float64Histogram().Counts {
		n += count
	}
	return n
}
