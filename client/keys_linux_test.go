package client

import (
	"io"
	"os"
	"testing"
	"time"
)

// What is to be told while the next line is about to be edited has liner give that back.
func TestRecallBetweenLines(t *testing.T) {
	terminal, person := openTerminal(t)
	defer func(was *os.File) { os.Stdout = was }(os.Stdout)
	os.Stdout = terminal
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	defer ours.Close()
	k := &keys{terminal: terminal, in: ours}
	k.told()
	k.recall()
	want := recall + "x\n"
	got := make([]byte, len(want))
	k.during(true, func() (string, error) {
		io.WriteString(person, "x\n")
		n := 0
		for n < len(got) && (n == 0 || got[n-1] != '\n') {
			more, err := theirs.Read(got[n:])
			if err != nil {
				t.Fatal(err)
			}
			n += more
		}
		got = got[:n]
		return "", nil
	})
	if string(got) != want {
		t.Errorf("liner was sent %q, want %q", got, want)
	}
	if !k.recalled() {
		t.Error("nobody knows that")
	}
}

// A line that is over before it can be given back leaves the next Tab to the user.
func TestRecallTooLate(t *testing.T) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	defer ours.Close()
	k := &keys{in: ours, editing: true}
	ours.SetWriteDeadline(time.Unix(1, 0)) // as once liner reads no more
	k.recall()
	if k.recalled() {
		t.Error("liner was sent nothing")
	}
}
