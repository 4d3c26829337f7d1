package pace

import "time"

const (
	// overrun is how much longer than planned a slice takes that may have been interrupted.
	overrun = 500 * time.Microsecond
	// Time is watched for watchTime after an overrun. Of it, a tenth lost is much.
	watchTime = 200 * time.Millisecond
	muchLost  = watchTime / 10
	// Processors are scarce for minScarce, and for twice as long each time that they still are.
	minScarce = 250 * time.Millisecond
	maxScarce = 2 * time.Second
)

// loss is the time that the kernel takes from an evaluation in the middle of its slices, which Go's
// scheduler does not see: for other processes, because the quota of the container is used up, or, on
// a virtual machine, for other machines. The application then loses as much. It is looked for after a
// slice that took too long, as only the kernel can tell, which takes 0.2 µs twice a slice.
type loss struct {
	scarce   bool          // much was lost
	until    time.Duration // when watching ends or, while scarce, begins again
	watching bool
	lost     time.Duration // since watching began
	hold     time.Duration // how long processors were held to be scarce last
	switches int64         // how often this thread had been interrupted when the slice began
}

// begin is called at the beginning of a slice.
func (l *loss) begin(sys system, now time.Duration) {
	if l.scarce && now >= l.until {
		l.scarce = false
		l.watch(now)
	}
	if l.watching {
		l.switches = sys.interruptions()
	}
}

// end is called at the end of a slice that took that much longer than planned.
func (l *loss) end(sys system, now, over time.Duration) {
	switch {
	case l.watching && over > overrun && sys.interruptions() > l.switches:
		if l.lost += over; l.lost >= muchLost {
			l.hold = min(max(2*l.hold, minScarce), maxScarce)
			l.scarce, l.watching, l.until = true, false, now+l.hold
		}
	case l.watching && now >= l.until:
		l.watching, l.hold = false, 0
	case !l.watching && !l.scarce && over > overrun:
		l.watch(now)
	}
}

func (l *loss) watch(now time.Duration) { l.watching, l.lost, l.until = true, 0, now+watchTime }
