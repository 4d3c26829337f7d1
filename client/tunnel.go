package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A tunnel is a program of the user's that forwards connections, such as ssh -L. It begins before a
// connection and ends with it.
type tunnel struct {
	program string
	args    []string
	apart   bool // from the terminal: the program asks nothing there, and takes no Ctrl-C

	// connect connects to where the program listens. Until it does, connect is tried again, whatever
	// the error is. told has what the program has printed.
	connect  func(ctx context.Context, told string) (net.Conn, error)
	clean    func()   // what is to do at the end; may be nil
	terminal *os.File // at which the program may ask a person; nil if it does not

	out, said beginning // what it prints, and what it says on standard error
	pid       int
	ended     chan struct{}
	end       func()
}

// tunnelEvery is how often connect is tried.
const tunnelEvery = 10 * time.Millisecond

// dial starts the program, and connects once it listens.
func (t *tunnel) dial(ctx context.Context) (net.Conn, error) {
	person := newAsker(t.terminal)
	if err := t.start(); err != nil {
		t.cleanUp()
		return nil, err
	}
	defer person.whileAsked(ctx, t.pid)()
	tick := time.NewTicker(tunnelEvery)
	defer tick.Stop()
	for {
		conn, err := t.connect(ctx, t.out.String())
		if err == nil {
			return tunneled{conn, t}, nil
		}
		select {
		case <-tick.C:
			continue
		case <-t.ended:
		case <-ctx.Done():
		}
		t.end()
		if ctx.Err() != nil {
			return nil, t.with(context.Cause(ctx))
		}
		if said := t.words(); said != "" {
			return nil, errors.New(said)
		}
		return nil, fmt.Errorf("%s ended without a word", t.program)
	}
}

// start starts the program. It ends by t.end, or with this process, whatever ends that.
func (t *tunnel) start() error {
	path, err := exec.LookPath(t.program)
	if err != nil {
		return err
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	c := bound(theirs, path, t.args, t.apart)
	c.Stdout, c.Stderr, c.WaitDelay = &t.out, &t.said, time.Second
	err = c.Start()
	theirs.Close()
	if err != nil {
		ours.Close()
		return err
	}
	t.pid, t.ended = c.Process.Pid, make(chan struct{})
	go func() {
		c.Wait()
		close(t.ended)
	}()
	t.end = sync.OnceFunc(func() {
		io.WriteString(ours, "\n") // its end is at hand: see bound
		ours.Close()
		giveUp(c.Process)
		select {
		case <-t.ended:
		case <-time.After(giveUpWithin):
			c.Process.Kill()
			<-t.ended
		}
		t.cleanUp()
	})
	return nil
}

// giveUpWithin is how long a program that is ended has to set the terminal back, such as ssh where it
// asks for a password.
const giveUpWithin = time.Second

// giveUp has a program end. It must end within giveUpWithin.
func giveUp(p *os.Process) error {
	if p.Signal(syscall.SIGTERM) != nil { // Windows has none
		return p.Kill()
	}
	return nil
}

func (t *tunnel) cleanUp() {
	if t.clean != nil {
		t.clean()
	}
}

// words returns what the program has said, under its name.
func (t *tunnel) words() string { return named(t.program, t.said.String()) }

// named returns what a program has said, under its name; "" if it has said nothing.
func named(program, said string) string {
	if said = strings.TrimSpace(said); said == "" || strings.HasPrefix(said, program+": ") {
		return said
	}
	return program + ": " + said
}

// with returns err with what the program has said.
func (t *tunnel) with(err error) error {
	if said := t.words(); said != "" && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; %s", err, said)
	}
	return err
}

// tunneled is a connection through a tunnel, which ends with it.
type tunneled struct {
	net.Conn
	tunnel *tunnel
}

func (t tunneled) Close() error {
	err := t.Conn.Close()
	t.tunnel.end()
	return err
}

// maxSaid bounds what is kept of what another program says, in bytes.
const maxSaid = 64 << 10

// beginning keeps the first maxSaid bytes. It is safe for concurrent use.
type beginning struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

func (b *beginning) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept.Write(p[:min(len(p), maxSaid-b.kept.Len())])
	return len(p), nil
}

func (b *beginning) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.String()
}

// output runs a program of the user's to its end, and returns what it prints. It may ask a person at the
// terminal, unless that is nil.
func output(ctx context.Context, terminal *os.File, program string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, program, args...)
	var out, said beginning
	c.Stdout, c.Stderr, c.WaitDelay = &out, &said, giveUpWithin
	c.Cancel = func() error { return giveUp(c.Process) }
	person := newAsker(terminal)
	err := c.Start()
	if err == nil {
		stop := person.whileAsked(ctx, c.Process.Pid)
		err = c.Wait()
		stop()
	}
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", errors.New(cmp.Or(named(program, said.String()), named(program, err.Error())))
	}
	return out.String(), nil
}
