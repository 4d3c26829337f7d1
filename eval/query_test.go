package eval

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/registry"
)

// A query lowers the limits of its session; a limit that it does not set, or sets higher, changes nothing.
func TestQueryLimits(t *testing.T) {
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
		_, err := s.Run(context.Background(), Query{Source: tc.source, Limits: tc.limits})
		var e *Error
		if refused := errors.As(err, &e) && e.Code == "budget"; refused != tc.refused || err != nil && !refused {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestWithin(t *testing.T) {
	all := Limits{Time: 4, Entries: 4, Bytes: 4, Share: 4, Output: 4, Line: 4, Nesting: 4, Show: inspect.Limit{Depth: 4, Items: 4, Bytes: 4, Nodes: 4}}
	for _, tc := range []struct {
		name           string
		l, other, want Limits
	}{
		{"nothing", all, Limits{}, all},
		{"negative", all, Limits{Time: -1, Entries: -1, Bytes: -1, Share: -1, Output: -1, Line: -1, Nesting: -1, Show: inspect.Limit{Depth: -1, Items: -1, Bytes: -1}}, all},
		{"lower", all, Limits{1, 1, 1, 1, 1, 1, 1, inspect.Limit{Depth: 1, Items: 1, Bytes: 1, Nodes: 1}}, Limits{1, 1, 1, 1, 1, 1, 1, inspect.Limit{Depth: 1, Items: 1, Bytes: 1, Nodes: 4}}},
		{"higher, of which display follows", all, Limits{9, 9, 9, 9, 9, 9, 9, inspect.Limit{Depth: 9, Items: 9, Bytes: 9}}, Limits{4, 4, 4, 4, 4, 4, 4, inspect.Limit{Depth: 9, Items: 9, Bytes: 9, Nodes: 4}}},
		{"of nothing", Limits{}, all, Limits{4, 4, 4, 4, 4, 4, 4, inspect.Limit{Depth: 4, Items: 4, Bytes: 4}}},
	} {
		if got := tc.l.Within(tc.other); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func TestQueryLimitsOfDisplay(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for _, items := range []int{2, 100} {
		r, err := s.Run(context.Background(), Query{Source: "map(1..200, #)", Limits: Limits{Show: inspect.Limit{Items: items}}})
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
