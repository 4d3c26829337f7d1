package telnet

import (
	"sync"
	"time"
)

// idleness is for how long nothing has come in.
type idleness struct {
	mu    sync.Mutex
	since time.Time
	timer *time.Timer
	over  bool
}

// begin calls busy when nothing has come in for limit; if that reports true it is called again
// after as long. A limit of 0 is none.
func (i *idleness) begin(limit time.Duration, over func() (busy bool)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.since = time.Now()
	if limit <= 0 || i.over {
		return
	}
	i.timer = time.AfterFunc(limit, func() {
		left := limit - i.lasts()
		if left <= 0 {
			if !over() {
				return
			}
			left = limit
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		if !i.over {
			i.timer.Reset(left)
		}
	})
}

// end notes that something has come in.
func (i *idleness) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.since = time.Now()
}

func (i *idleness) lasts() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return time.Since(i.since)
}

func (i *idleness) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.over = true
	if i.timer != nil {
		i.timer.Stop()
	}
}
