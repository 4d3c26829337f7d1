package telnet

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// A session that evaluates is not idle. Time is that of a synctest bubble.
func TestIdleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{IdleTimeout: time.Hour}
		began := make(chan string, 1)
		s.newEvaluator = func() console.Evaluator { return &fake{began: began} }
		open := func() *client {
			here, there := net.Pipe()
			go s.ServeConn(here)
			return &client{t: t, conn: there}
		}
		idle, busy := open(), open()
		busy.answer()
		busy.send("wait\n")
		<-began
		if got := idle.rest(); !strings.HasSuffix(got, "nothing was asked for 1h0m0s: goodbye\r\n") {
			t.Errorf("an idle session is told %q", got)
		}
		time.Sleep(3 * time.Hour)
		busy.send("\x03")
		if got := busy.rest(); !strings.Contains(got, "cancelled\r\n") || !strings.HasSuffix(got, "goodbye\r\n") {
			t.Errorf("one that was evaluating is told %q", got)
		}
		idle.conn.Close()
		busy.conn.Close()
	})
}
