package client

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// Where no shell could resume it, Ctrl-Z does not stop the prompt: nobody would get it back.
func TestCtrlZWithoutShell(t *testing.T) {
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{
		Registry: registry.New(), Name: "shop", Unlisted: true, AnyUser: true, Limits: eval.Limits{Time: time.Hour},
	}).String()
	terminal, person := openTerminal(t)
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("TERM", "xterm")
	c := exec.Command(rig.Program(t), "--quiet", addr)
	c.Stdin, c.Stdout, c.Stderr = terminal, terminal, terminal
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var became syscall.WaitStatus // when it stops or ends
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			if _, err := syscall.Wait4(c.Process.Pid, &became, syscall.WUNTRACED, nil); err != syscall.EINTR {
				break
			}
		}
		if became.Stopped() {
			c.Process.Kill()
			c.Wait()
		}
		person.Close()
	}()
	said, part := "", make([]byte, 4<<10)
	await := func(sign string) {
		for {
			if _, after, ok := strings.Cut(said, sign); ok {
				said = after
				return
			}
			n, err := person.Read(part)
			if said += string(part[:n]); err != nil {
				return // it is over
			}
		}
	}
	await("> ")
	io.WriteString(person, "let xs = 1..1000; count(xs, count(xs, any(xs, # < 0)) > 0)\r")
	await("… ")
	io.WriteString(person, "\x1a")
	await("… ")
	io.WriteString(person, "\x03")
	await("cancelled")
	await("> ")
	io.WriteString(person, "\x04")
	<-over
	if !became.Exited() || became.ExitStatus() != 0 {
		t.Errorf("the prompt stopped: %v, exit code %d", became.Stopped(), became.ExitStatus())
	}
}
