package client

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// The time that a person takes to answer what ssh asks, such as a password, does not count.
func TestAllowanceStandsWhileAsked(t *testing.T) {
	rig.Need(t, "sh", "stty")
	terminal, person := openTerminal(t)
	ctx, cancel := allow(t.Context(), time.Hour)
	defer cancel()
	a := ctx.(*allowance)
	stands := func(want bool) {
		t.Helper()
		for is := !want; is != want; {
			if t.Context().Err() != nil {
				t.Fatal("the test is over")
			}
			a.mu.Lock()
			is = a.timer == nil
			a.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
	}
	ssh := &tunnel{
		program: "sh", args: []string{"-c", `exec < $0; stty -echo; read word; stty echo; exec sleep 1000`, terminal.Name()},
		terminal: terminal,
		connect:  func(context.Context, string) (net.Conn, error) { return nil, errors.New("not yet") },
	}
	dialed := make(chan struct{})
	go func() {
		defer close(dialed)
		ssh.dial(ctx)
	}()
	stands(true)
	person.WriteString("tea-time\n")
	stands(false)
	cancel()
	<-dialed
	if a.timer != nil {
		t.Error("the time goes on when nobody waits")
	}
}

// What ssh asks beside passwords is shown as it is typed, as whether it knows the host.
func TestOpensTerminal(t *testing.T) {
	rig.Need(t, "sh", "setsid")
	terminal, person := openTerminal(t)
	c := exec.Command("sh", "-c", "read word < /dev/tty; echo read; exec cat")
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	c.Stdin = terminal
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	for !opensTerminal(c.Process.Pid) {
	}
	person.WriteString("yes\n")
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "read\n" || opensTerminal(c.Process.Pid) {
		t.Errorf("%q, %v, and the terminal is open", said, err)
	}
}
