//go:build !unix

package client

import (
	"os"

	"github.com/peterh/liner"
)

// stops are those of the process by a shell. There are none here.
type stops struct{}

var ofProcess stops

// draw runs f.
func (stops) draw(f func(stops int)) { f(0) }

// tell returns that there was none.
func (stops) tell(chan<- os.Signal) int { return 0 }

// followStops does nothing.
func followStops() (stop func()) { return func() {} }

// shareTerminal does nothing: no shell stops programs here.
func shareTerminal(liner.ModeApplier) (stop func()) { return func() {} }
