package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// lever is an object with an action.
type lever struct{ pulled []string }

func (l *lever) Pull(args ...any) int {
	l.pulled = append(l.pulled, fmt.Sprintf("%v", args))
	return len(l.pulled)
}

func newLever() (*lever, *Session) {
	l, reg := new(lever), registry.New()
	reg.Expose("lever", l, registry.Frozen(), registry.Actions("Pull"))
	reg.Expose("m", map[string]int{"a": 1, "b": 2}, registry.Frozen())
	s := NewSession(reg, Limits{})
	s.Oversee(Overseer{Approve: func(context.Context, *access.Call) error { return nil }})
	return l, s
}

// An action runs once for each time that its expression comes to it, and only where somebody typed it.
func TestActionsAndModes(t *testing.T) {
	for _, tc := range []struct {
		name   string
		query  Query
		pulled int
		code   string
	}{
		{"typed", Query{Source: "lever.Pull()"}, 1, ""},
		{"twice", Query{Source: "lever.Pull() + lever.Pull()"}, 2, ""},
		{"in a predicate", Query{Source: "map(1..3, lever.Pull(#))"}, 3, ""},
		{"that is not reached", Query{Source: "false && lever.Pull() > 0"}, 0, ""},
		{"behind a mistake", Query{Source: "[1/0, lever.Pull()]"}, 0, "divide"},
		{"a sample of a watch", Query{Source: "lever.Pull()", Mode: Sample}, 0, "not_allowed"},
		{"its condition", Query{Source: "lever.Pull() > 0", Mode: Condition}, 0, "not_allowed"},
		{"aside", Query{Source: "lever.Pull()", Mode: Aside}, 0, "not_allowed"},
		{"not confirmed", Query{Source: "[lever.Pull(), lever.Pull()]", Confirm: func(context.Context, *access.Call) error { return errors.New("no") }}, 0, "not_allowed"},
	} {
		l, s := newLever()
		_, err := s.Run(t.Context(), tc.query)
		if codeOfError(err) != tc.code || len(l.pulled) != tc.pulled {
			t.Errorf("%s: %v, and it was pulled %d times, want %d", tc.name, err, len(l.pulled), tc.pulled)
		}
	}
}

// The application is given plain data of Go and live objects, and nothing else that expressions compute with.
func TestArgumentsOfActions(t *testing.T) {
	for source, want := range map[string]string{
		"lever.Pull(1..3)":                             "[[1 2 3]]",
		"lever.Pull(filter(1..9, # > 7))":              "[[8 9]]",
		`lever.Pull(filter(m, # > 1))`:                 "[map[b:2]]",
		`lever.Pull(groupBy(["a", "bb"], len(#)))`:     "arguments",
		`lever.Pull(9223372036854775808, nil, "x", 1)`: "[9223372036854775808 <nil> x 1]",
		`lever.Pull(duration("5s"), [nil, {"k": []}])`: "[5s [<nil> map[k:[]]]]",
		`x = snap(m); lever.Pull(x)`:                   "method",
		"lever.Pull($env)":                             "method",
	} {
		l, s := newLever()
		var err error
		for _, part := range strings.Split(source, "; ") {
			_, err = s.Eval(t.Context(), part)
		}
		got := codeOfError(err)
		if err == nil {
			got = strings.Join(l.pulled, ", ")
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", source, got, err, want)
		}
	}
}

// The time that somebody takes to confirm is not the evaluation's.
func TestConfirmingTakesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, s := newLever()
		q := Query{Source: "lever.Pull()", Confirm: func(ctx context.Context, _ *access.Call) error {
			time.Sleep(time.Hour)
			return ctx.Err()
		}}
		if r, err := s.Run(t.Context(), q); err != nil || len(l.pulled) != 1 || r.Cost.Time >= time.Hour {
			t.Errorf("it took %v, %v", r.Cost.Time, err)
		}
	})
}

// What comes behind an action is bounded as everything else, and can be cancelled while somebody is asked.
func TestEndBehindAnAction(t *testing.T) {
	_, s := newLever()
	q := Query{Source: "[lever.Pull(), count(1..9007199254740991, # > 0)]", Limits: Limits{Time: 20 * time.Millisecond}}
	q.Confirm = func(context.Context, *access.Call) error { return nil }
	if _, err := s.Run(t.Context(), q); codeOfError(err) != "budget" {
		t.Errorf("an evaluation without end, behind an action: %v", err)
	}
	l, s := newLever() // the action above may still run
	ctx, cancel := context.WithCancel(t.Context())
	q = Query{Source: "lever.Pull()", Confirm: func(ctx context.Context, _ *access.Call) error {
		cancel()
		<-ctx.Done()
		return context.Cause(ctx)
	}}
	if _, err := s.Run(ctx, q); codeOfError(err) == "" || len(l.pulled) != 0 {
		t.Errorf("cancelled while asked: %v", err)
	}
}
