package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// groupBy answers a map from each answer of the predicate to the list of elements that have it.
func groupBy(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	g := grouping{f: f, l: l, groups: value.NewDict()}
	err := l.FoldBy(f, g.sofar, machine.Body{
		Unlocked: true, Lends: true, Each: g.add, Takes: g.takes, Lanes: g.addLanes,
	})
	if err != nil {
		return nil, err
	}
	for i, elems := range g.elems {
		g.groups.Set(i, elems)
	}
	return g.groups.Grouped().Named(g.names.Constants()).Sorted(&f.Thread)
}

// grouping is what groupBy has so far.
type grouping struct {
	f      *machine.Frame
	l      *machine.Loop
	groups *value.Dict  // the keys
	elems  []value.List // of the groups
	kept   int          // elements
	known  scan.Groups
	names  machine.Names // of the keys
}

func (g *grouping) sofar() machine.Partial {
	p := collected("groupBy", g.kept)
	p.Told += ", in " + counted(g.groups.Count(), "group")
	return p
}

// add adds an element.
func (g *grouping) add(s *machine.Scope) (more bool, err error) {
	k, err := g.l.Pred.On(g.f, s)
	if err != nil {
		return false, err
	}
	g.names.Saw(g.l.Pred, s)
	i, found, err := g.groups.Find(&g.f.Thread, k)
	if err != nil {
		return false, g.l.Pred.Pos().Err(err)
	}
	if !found {
		i = -1
	}
	_, err = g.into(i, k, s.Elem)
	return err == nil, err
}

// into puts an element into group i or, if that is negative, a new one with key k.
func (g *grouping) into(i int, k, elem value.Value) (at int, err error) {
	t := &g.f.Thread
	if elem, err = value.HoldElement(t, elem); err != nil {
		return 0, err
	}
	if i < 0 {
		i = g.groups.Count()
		if k, err = value.Hold(t, k); err != nil {
			return 0, err
		}
		if err := g.groups.Add(t, k, value.Nil); err != nil {
			return 0, err
		}
		g.elems = append(g.elems, nil)
	}
	g.elems[i] = append(g.elems[i], elem)
	g.kept++
	return i, nil
}

// takes reports whether addLanes takes such lanes. A key that is compared with others may lead to other
// objects, which are not read while a guard is held.
func (g *grouping) takes(l *machine.Lanes) bool {
	return l.Values.Kind != inspect.NoDatum && !l.Values.Written && g.groups.Plain()
}

// addLanes adds elements.
func (g *grouping) addLanes(l *machine.Lanes) (more bool, err error) {
	g.names.SawLanes(l)
	g.known.Begin(l.Values)
	return l.Hold(g.f, func(lane int, elem value.Value) (err error) {
		if i := g.known.Find(l.Values, lane); i >= 0 {
			_, err = g.into(i, nil, elem)
			return err
		}
		k := l.Value(lane)
		i, found, err := g.groups.Find(&g.f.Thread, k)
		if err != nil {
			return g.l.Pred.Pos().Err(err)
		}
		if !found {
			i = -1
		}
		if i, err = g.into(i, k, elem); err == nil {
			g.known.Remember(l.Values, lane, i)
		}
		return err
	})
}
