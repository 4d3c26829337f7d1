package pace

import (
	"sync/atomic"
	"time"
)

// ours is the account of this process.
var ours account

// maxCredit bounds the time for which nobody was charged that may be made up for: a sleep takes a
// millisecond and more where goroutines do nothing but compute, or a processor is idle.
const maxCredit = 2 * time.Millisecond

// account holds all evaluations together to their share. Work that takes w is paid for with the next
// w/share of time, the evaluation's own work included, and times that are paid with do not overlap.
// So a new evaluation among others needs no word to them, nor does one that ends: this is the
// generic cell rate algorithm (ITU-T I.371) with the end of the last paid time as its only state.
type account struct{ paid atomic.Int64 } // until when time is paid with

// charge charges for work of that length that ends now, at so many processors, and returns how long
// to rest.
func (a *account) charge(now, worked time.Duration, processors float64) (rest time.Duration) {
	cost := time.Duration(float64(worked) / processors)
	for {
		old := a.paid.Load()
		until := max(time.Duration(old), now-worked-maxCredit) + cost
		if a.paid.CompareAndSwap(old, int64(until)) {
			return max(until-now, 0)
		}
	}
}

// credit returns how much work would be paid with at now, at so many processors.
func (a *account) credit(now time.Duration, processors float64) time.Duration {
	unpaid := min(now-time.Duration(a.paid.Load()), maxCredit)
	return time.Duration(float64(max(unpaid, 0)) * processors)
}
