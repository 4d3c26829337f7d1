package eval

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/registry"
)

// What is asked for in a context bounds an evaluation; what is not, and what is more, changes nothing.
func TestWithLimits(t *testing.T) {
	s := NewSession(registry.New(), Limits{Entries: 1000})
	for _, tc := range []struct {
		name, source string
		limits       Limits
		refused      bool
	}{
		{"nothing", "len(sort(1..500))", Limits{}, false},
		{"bytes", "len(sort(1..500))", Limits{Bytes: 1000}, true},
		{"line", "1 + 1 + 1", Limits{Line: 8}, true},
		{"nesting", "((((1))))", Limits{Nesting: 3}, true},
		{"time", "count(1..1000000000, # > 0)", Limits{Time: time.Millisecond}, true},
		{"more than the session has", "((1))", Limits{Nesting: 10_000, Line: 1 << 30}, false},
	} {
		_, err := s.Eval(WithLimits(context.Background(), tc.limits), tc.source)
		var e *Error
		if refused := errors.As(err, &e) && e.Code == "budget"; refused != tc.refused || err != nil && !refused {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if l := s.limits.lowered(WithLimits(context.Background(), Limits{Entries: 5000, Output: 64})); l.Entries != 1000 || l.Show.Nodes != 2 {
		t.Errorf("lowered to %+v", l)
	}
}

func TestWithLimitsOfDisplay(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for _, items := range []int{2, 100} {
		ctx := WithLimits(context.Background(), Limits{Show: inspect.Limit{Items: items}})
		r, err := s.Eval(ctx, "map(1..200, #)")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Node.Items) != items || r.Node.Len != 200 {
			t.Errorf("%d of %d elements are shown, want %d", len(r.Node.Items), r.Node.Len, items)
		}
	}
	r, err := s.Eval(context.Background(), "map(1..200, #)")
	if err != nil || len(r.Node.Items) != 64 {
		t.Errorf("%d elements, %v", len(r.Node.Items), err)
	}
}
