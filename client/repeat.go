package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	watchEvery = 2 * time.Second        // how long \watch waits by default
	leastWatch = 100 * time.Millisecond // and at least
)

// watch asks the last question again and again. What it answers is looked at, and _ stays the answer to
// what was typed.
func (p *prompt) watch(ctx context.Context, args string) error {
	every, err := seconds(args)
	if err != nil {
		return err
	}
	if p.last == "" {
		return errors.New(`ask something first: \watch repeats it`)
	}
	defer func(was bool) { p.unattended, p.repeats = was, false }(p.unattended)
	p.unattended, p.repeats = true, true
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for ctx.Err() == nil {
		if colored() {
			fmt.Print("\x1b[H\x1b[2J")
		}
		p.resize()
		fmt.Printf("%s  %s, every %v until Ctrl-C\n", time.Now().Format(time.TimeOnly), text.Escape(strings.TrimSpace(p.last)), every)
		if err := p.session.Do(ctx, p.last); err != nil {
			return err
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
		}
	}
	fmt.Println() // the terminal has shown the Ctrl-C
	return nil
}

// seconds parses how often \watch asks: a number of seconds, or a duration as Go has it.
func seconds(args string) (time.Duration, error) {
	if args == "" {
		return watchEvery, nil
	}
	every, err := time.ParseDuration(args)
	if n, wrong := strconv.ParseFloat(args, 64); wrong == nil && n > 0 && n < 1e9 {
		every, err = time.Duration(n*float64(time.Second)), nil
	}
	if err != nil || every <= 0 {
		return 0, fmt.Errorf(`%q is no number of seconds: \watch 2`, args)
	}
	return max(every, leastWatch), nil
}
