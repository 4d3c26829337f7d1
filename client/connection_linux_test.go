package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// openTerminal returns a terminal and what a person at it types and sees.
func openTerminal(t *testing.T) (terminal, person *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	raw, err := person.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal, person
}

// awaitText waits until a person has seen text last.
func awaitText(t *testing.T, person *os.File, text string) {
	seen := make([]byte, 100)
	for said := ""; !strings.HasSuffix(said, text); {
		n, err := person.Read(seen)
		if err != nil {
			t.Error(err)
			return
		}
		said += string(seen[:n])
	}
}

// A question of a login that nobody answers leaves no goroutine, and what is typed later is for others.
func TestLoginGivenUp(t *testing.T) {
	for _, q := range []telnet.Question{{Text: "user: "}, {Text: "password: ", Secret: true, Denied: true}} {
		terminal, person := openTerminal(t)
		before, err := term.GetState(int(terminal.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		others := goleak.IgnoreCurrent()
		ctx, giveUp := context.WithCancelCause(t.Context())
		over := errors.New("over")
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			awaitText(t, person, q.Text)
			giveUp(over)
		}()
		if said, err := askAtTerminal(ctx, q, streams{terminal, terminal, terminal}); err != over {
			t.Errorf("%q, %v", said, err)
		}
		<-asked
		goleak.VerifyNone(t, others)
		if after, err := term.GetState(int(terminal.Fd())); err != nil || *after != *before {
			t.Errorf("%s leaves the terminal in another mode: %v", q.Text, err)
		}
		if _, err := person.Write([]byte("later\n")); err != nil {
			t.Fatal(err)
		}
		if line, err := readLine(terminal); line != "later" {
			t.Errorf("the next line is %q, %v", line, err)
		}
	}
}

// What a person answers is the answer.
func TestLoginAnswered(t *testing.T) {
	for _, q := range []telnet.Question{{Text: "user: "}, {Text: "password: ", Secret: true}} {
		terminal, person := openTerminal(t)
		others := goleak.IgnoreCurrent()
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			awaitText(t, person, q.Text)
			if _, err := person.Write([]byte("tea-time\r")); err != nil {
				t.Error(err)
			}
		}()
		if said, err := askAtTerminal(t.Context(), q, streams{terminal, terminal, terminal}); said != "tea-time" || err != nil {
			t.Errorf("%s%q, %v", q.Text, said, err)
		}
		<-asked
		if _, err := person.Write([]byte("next\r")); err != nil {
			t.Fatal(err)
		}
		if line, err := readLine(terminal); line != "next" {
			t.Errorf("the next line is %q, %v", line, err)
		}
		goleak.VerifyNone(t, others)
	}
}

// Where the flags, the environment and files do not answer a login, nobody is asked in the background.
func TestAloneAsksNobody(t *testing.T) {
	for _, name := range []string{"SIGHTGLASS_TOKEN", "SIGHTGLASS_PASSWORD"} {
		t.Setenv(name, "")
	}
	server := &telnet.Server{Registry: registry.New(), Unlisted: true, Auth: telnet.AuthenticatorFunc(func(ctx context.Context, p *telnet.Peer) (telnet.Identity, error) {
		_, err := p.Ask(ctx, "user: ")
		return telnet.Identity{}, err
	})}
	addr := rig.Start(t, "tcp", "127.0.0.1:0", server).String()
	terminal, _ := openTerminal(t)
	c := connection{alone: true, asking: func(func() error) error {
		t.Error("somebody is asked")
		return errors.New("nobody is there")
	}}
	if _, err := c.dial(t.Context(), addr, streams{terminal, terminal, terminal}); !errors.Is(err, errAsks) {
		t.Error(err)
	}
}

// What was typed before a question is no answer to it.
func TestTypedAheadIsDropped(t *testing.T) {
	terminal, person := openTerminal(t)
	drop(terminal) // nothing is there
	if _, err := person.Write([]byte("yes\ryes\r")); err != nil {
		t.Fatal(err)
	}
	awaitText(t, person, "yes\r\nyes\r\n") // the terminal has it
	drop(terminal)
	if _, err := person.Write([]byte("no\r")); err != nil {
		t.Fatal(err)
	}
	if line, err := readLine(terminal); line != "no" || err != nil {
		t.Errorf("the answer is %q, %v", line, err)
	}
}
