package guard

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/pace"
)

const (
	// The pauses between two attempts at a lock.
	firstPause = 20 * time.Microsecond
	maxPause   = 2 * time.Millisecond
	// quickTries is how often a lock is tried in a row at least, for a few microseconds: who takes and
	// gives back a lock without a pause has it at most moments, and seldom for long. After a pause it is
	// tried for a quarter of that pause more, up to maxLook: who needs it for twenty microseconds, again
	// and again, leaves it free for moments, which single looks miss.
	quickTries = 100
	maxLook    = 50 * time.Microsecond
	maxTries   = 1000
	// restFor is how many times as long as it was held a lock that others wanted meanwhile is then left
	// to them. A goroutine that does nothing but take and give back a lock keeps 95 % of its time; what
	// waking it costs is in the difference.
	restFor = 19
	// shortestRest is what rests have to amount to before one is taken. A read of one field holds a lock
	// for a microsecond, and a sleep of nineteen takes far longer where all processors are busy.
	shortestRest = 400 * time.Microsecond
	// maxResting bounds how many locks are left to others at a time.
	maxResting = 64
	// maxHold ends work under a guard that somebody further up took, and so only they can release.
	maxHold = 10 * pace.HoldTime
)

// Holder holds the guards of one evaluation. It belongs to one goroutine, and between two calls of
// that evaluation it holds none.
type Holder struct {
	ctx      context.Context // ends all waits
	patience time.Duration   // bounds each wait
	pace     *pace.Pace
	held     []held                  // the last one taken last
	refused  map[guard]time.Duration // guards that could not be had, and how long they were waited for
	waited   time.Duration           // in all
	resting  map[uintptr]time.Time   // locks, by address, that are left to others until then
}

// held is a guard that is held: a lock, or the goroutine of an owner.
type held struct {
	lock  *Lock
	owner *Owner
	since time.Time
	late  bool // the lock was another's when it was tried first
}

// guard identifies a guard.
type guard struct {
	addr  uintptr // of a lock
	owner *Owner
}

// NewHolder returns a Holder that holds nothing. It waits no longer than patience for a guard, nor
// after the end of ctx, and sleeps and yields through p.
func NewHolder(ctx context.Context, patience time.Duration, p *pace.Pace) Holder {
	return Holder{ctx: ctx, patience: patience, pace: p}
}

// Waited returns how long h has waited for guards.
func (h *Holder) Waited() time.Duration { return h.waited }

// Holding reports whether any guard is held.
func (h *Holder) Holding() bool { return len(h.held) > 0 }

// Count returns how many guards are held.
func (h *Holder) Count() int { return len(h.held) }

// Since returns when the guard that is held longest was taken. One must be held.
func (h *Holder) Since() time.Time { return h.held[0].since }

// Overdue reports whether a guard has been held for much longer than a chunk of work may take.
func (h *Holder) Overdue() bool { return h.Holding() && time.Since(h.Since()) > maxHold }

// Holds reports whether k is held, also if another path led to the same lock.
func (h *Holder) Holds(k *Lock) bool {
	for i := range h.held {
		if l := h.held[i].lock; l != nil && (l == k || l.addr == k.addr) {
			return true
		}
	}
	return false
}

// HoldsAt reports whether the lock at addr is held.
func (h *Holder) HoldsAt(addr uintptr) bool { return h.Holds(&Lock{addr: addr}) }

// Hold runs f while k is held, and releases k even if f panics. If k is held already, f just runs.
//
// k is tried, with growing pauses, until patience ends. While another guard is held it is tried
// once: the application must not wait for one lock because we wait for another. So is a lock that
// could not be had before.
func (h *Holder) Hold(k *Lock, f func() error) (err error) {
	if h.Holds(k) {
		return f()
	}
	if err := h.take(k); err != nil {
		return err
	}
	defer func() {
		if failed := h.drop(); err == nil && failed != nil {
			err = failed
		}
	}()
	return f()
}

// Rest waits, unless a guard is held, until others have had k for long enough who wanted it while it was
// held; rests that are too short wait for more. It reports whether it waited.
func (h *Holder) Rest(k *Lock) (rested bool, err error) {
	until, ok := h.resting[k.addr]
	if !ok || h.Holding() {
		return false, nil
	}
	rest := time.Until(until)
	if 0 < rest && rest < shortestRest {
		return false, nil // what the next holds owe is added
	}
	delete(h.resting, k.addr)
	if rest <= 0 {
		return false, nil
	}
	h.waited += rest
	return true, h.pace.Rest(h.ctx, rest)
}

func (h *Holder) take(k *Lock) error {
	if _, err := h.Rest(k); err != nil {
		return err
	}
	if !h.Holding() && !h.pace.Fresh() {
		h.pace.Yield(h.ctx, false)
	}
	if ok, err := k.tryLock(); ok || err != nil {
		return h.taken(k, err, false)
	}
	if h.Holding() {
		return &Error{Guard: k.String(), Busy: true}
	}
	if waited, ok := h.refused[guard{addr: k.addr}]; ok {
		return &Error{Guard: k.String(), Waited: waited, Memory: Memory{Base: k.addr, Size: k.size}}
	}
	start, look := time.Now(), time.Duration(0)
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		if ok, err := k.tryInRow(look); ok || err != nil {
			h.waited += time.Since(start)
			return h.taken(k, err, true)
		}
		waited := time.Since(start)
		if waited >= h.patience {
			h.waited += waited
			h.refuse(guard{addr: k.addr}, waited)
			return &Error{Guard: k.String(), Waited: waited, Memory: Memory{Base: k.addr, Size: k.size}}
		}
		jitter := rand.N(pause / 2)
		if err := h.pace.Sleep(h.ctx, min(pause-jitter, h.patience-waited)); err != nil {
			return err
		}
		look = min(pause/4, maxLook)
	}
}

// taken notes that k is held, unless err says why it is not. late says that it was another's when it
// was tried first.
func (h *Holder) taken(k *Lock, err error, late bool) error {
	if err == nil {
		h.push(held{lock: k, late: late})
	}
	return err
}

// refuse notes that g could not be had.
func (h *Holder) refuse(g guard, waited time.Duration) {
	if h.refused == nil {
		h.refused = make(map[guard]time.Duration)
	}
	h.refused[g] = waited
}

func (h *Holder) push(g held) {
	g.since = time.Now()
	h.held = append(h.held, g)
}

// drop releases the guard that was taken last.
func (h *Holder) drop() error {
	last := len(h.held) - 1
	g := h.held[last]
	h.held = h.held[:last]
	if g.lock == nil {
		return nil
	}
	wanted := g.late || g.lock.wanted != nil && g.lock.wanted()
	// Who releases a lock that somebody has waited for long hands the processor over with it.
	held := time.Since(g.since)
	err := g.lock.release()
	if wanted && len(h.held) == 0 {
		h.leave(g.lock, held)
	}
	return err
}

// longestHeld is how long a hold counts at most. A chunk is read in about 100 µs; a hold that lasted
// longer was interrupted, by the kernel or a container's quota, and a rest of nineteen times that
// would be no favour to anybody.
const longestHeld = 2 * pace.HoldTime

// leave leaves k, which was held for that long, to others.
func (h *Holder) leave(k *Lock, held time.Duration) {
	held = min(held, longestHeld)
	if h.resting == nil || len(h.resting) >= maxResting {
		h.resting = make(map[uintptr]time.Time)
	}
	from := time.Now()
	if owed := h.resting[k.addr]; owed.After(from) {
		from = owed
	}
	h.resting[k.addr] = from.Add(restFor * held)
}
