//go:build unix

package client

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
)

// asksForPassword is a program that changes the terminal, and sets it back where it is told to end.
const asksForPassword = `trap 'echo set back >&2; exit 1' TERM; echo asking; while :; do sleep .01; done`

// TestTunnelGivesUp ends programs that have the terminal.
func TestTunnelGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	tun := &tunnel{program: "sh", args: []string{"-c", asksForPassword}}
	tun.connect = func(_ context.Context, told string) (net.Conn, error) {
		if strings.Contains(told, "asking") {
			cancel(errors.New("it is late"))
		}
		return nil, errors.New("not yet")
	}
	if _, err := tun.dial(ctx); err == nil || err.Error() != "it is late; sh: set back" {
		t.Error(err)
	}
}
