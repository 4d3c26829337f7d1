package process

import (
	"cmp"
	"errors"
	"fmt"
	"runtime/pprof"
	"slices"
	"sync"
	"time"
)

// maxProfile bounds how long a profile takes.
const maxProfile = 5 * time.Minute

// CPU takes profiles of what the processors do. Its zero value is ready; it must not be copied. While
// one is taken, the kernel interrupts each thread a hundred times a second of its own time.
type CPU struct {
	mu        sync.Mutex
	running   bool
	until     time.Time // when the profile ends or ended
	functions []Busy    // of the last one, the busiest first
	file      []byte    // likewise, for go tool pprof
	failed    string    // why there is none

	timer *time.Timer `inspect:"-"` // ends the one that is running
	out   *buffer     `inspect:"-"` // it has labels
}

// Busy is how long the processors were busy in one function.
type Busy struct {
	function string
	itself   time.Duration // in its own code
	all      time.Duration // in what it called, too
}

// Profile begins to take a profile for as long as duration says, as in "5s", and returns at once. It
// is an error if one is being taken, here or by the application, or duration is none or more than
// five minutes.
func (c *CPU) Profile(duration string) (string, error) {
	d, err := time.ParseDuration(duration)
	if err != nil {
		return "", fmt.Errorf("%w; write a number and a unit, as in \"5s\"", err)
	}
	if d <= 0 || d > maxProfile {
		return "", fmt.Errorf("a profile takes up to %v, not %v", maxProfile, d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return "", errors.New("a profile is being taken: go.cpu.until says how long")
	}
	out := new(buffer)
	if err := pprof.StartCPUProfile(out); err != nil {
		return "", err
	}
	c.running, c.until, c.functions, c.file, c.failed = true, time.Now().Add(d), nil, nil, ""
	c.out, c.timer = out, time.AfterFunc(d, func() { c.end(out) })
	return fmt.Sprintf("for %v; then go.cpu.functions has what it found, and go.cpu.file is for go tool pprof", d), nil
}

// end ends the profile, unless the application has, and may be taking its own by now: there is one at
// a time, and who stops it does not say which one is meant. A file that is whole is written no more.
func (c *CPU) end(out *buffer) {
	if _, err := unpack(out.bytes()); err != nil {
		pprof.StopCPUProfile()
	}
	file, err := withoutLabels(out.bytes())
	var functions []Busy
	if err == nil {
		functions, err = busy(file)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running, c.functions, c.file, c.out, c.timer = false, functions, file, nil, nil
	if err != nil {
		c.failed = err.Error()
	}
}

// buffer is what the runtime writes a profile to.
type buffer struct {
	mu  sync.Mutex
	all []byte
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, p...)
	return len(p), nil
}

// bytes returns what has been written so far.
func (b *buffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all
}

// busy sums up a profile by function.
func busy(file []byte) ([]Busy, error) {
	p, err := decode(file)
	if err != nil {
		return nil, err
	}
	by := map[string]*Busy{}
	at := func(function string) *Busy {
		b := by[function]
		if b == nil {
			b = &Busy{function: function}
			by[function] = b
		}
		return b
	}
	for _, s := range p.samples {
		if len(s.values) == 0 {
			continue
		}
		d := time.Duration(s.values[len(s.values)-1]) // samples, and then nanoseconds
		met := map[string]bool{}
		for i, location := range s.locations {
			for j, function := range p.locations[location] {
				name := p.text(p.functions[function])
				if i == 0 && j == 0 {
					at(name).itself += d
				}
				if !met[name] { // a recursion counts once
					met[name] = true
					at(name).all += d
				}
			}
		}
	}
	out := make([]Busy, 0, len(by))
	for _, b := range by {
		out = append(out, *b)
	}
	slices.SortFunc(out, func(a, b Busy) int {
		return cmp.Or(cmp.Compare(b.itself, a.itself), cmp.Compare(b.all, a.all), cmp.Compare(a.function, b.function))
	})
	return out, nil
}
