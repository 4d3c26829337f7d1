package sightglass_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// screen is a terminal that a real client runs in. It is one of tmux, spoken to in its control
// mode, which tells when there is something new on it.
type screen struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Scanner
	changed bool // since the last look
}

// newScreen is a terminal of that size, in which the shell runs command.
func newScreen(t *testing.T, columns, rows int, command string) *screen {
	t.Helper()
	need(t, "tmux")
	cmd := exec.Command("tmux", "-u", "-S", filepath.Join(t.TempDir(), "s"), "-f", "/dev/null", "-C",
		"new-session", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), "trap : INT; "+command+"; echo; echo THE END; cat")
	cmd.Env = append(cmd.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8", "SHELL=/bin/sh")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*patience, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		fmt.Fprintln(in, "kill-server")
		in.Close()
		cmd.Wait()
		late.Stop()
	})
	return &screen{t: t, in: in, out: bufio.NewScanner(out)}
}

// tmux runs a command of tmux and returns what it prints.
func (s *screen) tmux(format string, args ...any) string {
	s.t.Helper()
	const marker = "end-of-this-command"
	fmt.Fprintf(s.in, format+"\ndisplay-message -p "+marker+"\n", args...)
	var got []string
	for s.out.Scan() {
		switch line := s.out.Text(); {
		case line == marker:
			return strings.Join(got, "\n")
		case strings.HasPrefix(line, "%output "):
			s.changed = true
		case !strings.HasPrefix(line, "%"):
			got = append(got, line)
		}
	}
	s.t.Fatalf("the terminal is gone after %q", got)
	return ""
}

// keys presses the keys that tmux calls by these names.
func (s *screen) keys(names ...string) {
	s.t.Helper()
	s.tmux("send-keys %s", strings.Join(names, " "))
}

// write types text, without Enter.
func (s *screen) write(text string) { s.t.Helper(); s.tmux("send-keys -l -- '%s'", text) }

// enter types text and presses Enter.
func (s *screen) enter(text string) { s.t.Helper(); s.write(text); s.keys("Enter") }

func (s *screen) resize(columns, rows int) {
	s.t.Helper()
	s.tmux("resize-window -x %d -y %d", columns, rows)
}

// text is what the screen shows, without the empty lines at its end and what answers cost.
func (s *screen) text() string { s.t.Helper(); return s.capture("") }

// all is text with what has left the screen at its top.
func (s *screen) all() string { s.t.Helper(); return s.capture("-S -") }

func (s *screen) capture(lines string) string {
	s.t.Helper()
	return cost.ReplaceAllString(strings.TrimRight(s.tmux("capture-pane -p %s", lines), "\n"), "")
}

// await waits until the screen shows what matches, and returns the match with its groups.
func (s *screen) await(pattern string) []string {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for {
		s.changed = false
		text := s.text()
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		for ; !s.changed; s.changed = strings.HasPrefix(s.out.Text(), "%output ") {
			if !s.out.Scan() {
				s.t.Fatalf("the screen never showed %s, but (%v)\n%s", pattern, s.out.Err(), text)
			}
		}
	}
}

// clear empties the screen and waits for the prompt.
func (s *screen) clear() {
	s.t.Helper()
	s.keys("C-l")
	s.await(`\A> *$`)
}
