package client

import (
	"context"
	"os"
	"time"
)

// askedEvery is how often it is looked whether a program asks a person.
const askedEvery = 20 * time.Millisecond

// asker is a terminal at which a program may ask a person, such as ssh for a password.
type asker struct {
	terminal *os.File // nil if it asks nothing
	echoed   bool     // before the program began
}

func newAsker(terminal *os.File) asker { return asker{terminal, terminal != nil && echoes(terminal)} }

// whileAsked has the allowance of ctx stand while the program, which has that pid, asks, until stop.
func (k asker) whileAsked(ctx context.Context, pid int) (stop func()) {
	a, ok := ctx.Value(allowanceKey{}).(*allowance)
	if !ok || k.terminal == nil {
		return func() {}
	}
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(askedEvery)
		defer tick.Stop()
		for {
			select {
			case <-over:
				a.goOn()
				return
			case <-tick.C:
			}
			if k.echoed && !echoes(k.terminal) || opensTerminal(pid) {
				a.stand()
			} else {
				a.goOn()
			}
		}
	}()
	return func() {
		close(over)
		<-done
	}
}
