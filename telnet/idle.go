package telnet

import (
	"sync"
	"time"
)

// idleTimer measures how long nothing has come in. The zero idleTimer must be touched or started
// first.
type idleTimer struct {
	mu      sync.Mutex
	since   time.Time   // when something came in last
	timer   *time.Timer // nil without a limit
	stopped bool
}

// start calls expired, in a goroutine of its own, when nothing has come in for limit. If that
// reports busy it is called again after another limit. A limit of 0 or less is none.
func (i *idleTimer) start(limit time.Duration, expired func() (busy bool)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.since = time.Now()
	if limit <= 0 || i.stopped {
		return
	}
	i.timer = time.AfterFunc(limit, func() {
		left := limit - i.elapsed()
		if left <= 0 {
			if !expired() {
				return
			}
			left = limit
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		if !i.stopped {
			i.timer.Reset(left)
		}
	})
}

// touch notes that something has come in.
func (i *idleTimer) touch() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.since = time.Now()
}

// elapsed returns how long nothing has come in.
func (i *idleTimer) elapsed() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return time.Since(i.since)
}

// stop keeps expired from being called again.
func (i *idleTimer) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stopped = true
	if i.timer != nil {
		i.timer.Stop()
	}
}
