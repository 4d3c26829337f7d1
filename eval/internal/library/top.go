package library

import (
	"slices"
	"sort"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "top", Args: "xs, n, .field", Min: 2, Max: 3, Predicate: 2, Fold: top, Answers: ItsElements,
		Summary: "the n elements with the greatest .field, with their keys", Example: `top(cache.items, 5, .hits)`},
})

// maxTop bounds the elements that top keeps. Nobody reads more, and sortBy sorts all.
const maxTop = 1000

// ranked is an element that is among the top so far. size is what keeping it was charged.
type ranked struct {
	key, by, elem value.Value
	size          int
}

// top is top(xs, n, by): the n elements with the greatest by, greatest first, as {by: …, key: …,
// value: …}. The key of an element of a list is its index. Of equal elements those that are walked
// first count. It keeps no more than n elements.
func top(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	x, err := l.Other(f)
	if err != nil {
		return nil, err
	}
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	n, err := value.ToInt("top", x)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > maxTop {
		return nil, fault.New("range", "top keeps up to %s elements, not %s", text.Thousands(maxTop), text.Thousands(n)).
			With(`sortBy(xs, .field, "desc") sorts all`)
	}
	var best []ranked
	err = l.Fold(f, false, func() machine.Partial { return topSofar(f, best) }, func(s *machine.Scope) (bool, error) {
		r, err := rank(f, l, s)
		if err != nil || n == 0 {
			return err == nil, err
		}
		var failed error
		at := sort.Search(len(best), func(i int) bool {
			o, err := value.SortOrder(&f.Thread, best[i].by, r.by)
			if err != nil {
				failed = err
			}
			return o < 0
		})
		if failed != nil {
			return false, l.Pred.Pos().Err(failed)
		}
		if at == n {
			return true, nil
		}
		if len(best) == n {
			f.Release(f.Kept() - best[n-1].size)
			best = best[:n-1]
		}
		kept := f.Kept()
		if r, err = holdRanked(f, r); err != nil {
			return false, err
		}
		r.size = f.Kept() - kept
		best = slices.Insert(best, at, r)
		return true, f.Tick(1 + len(best)/64)
	})
	if err != nil {
		return nil, err
	}
	rows := make(value.List, len(best))
	for i, r := range best {
		if err := f.Keep(8 * meter.ElementSize); err != nil {
			return nil, err
		}
		rows[i] = value.Map{"by": r.by, "key": r.key, "value": r.elem}
	}
	return rows, nil
}

// topSofar is what top has found: by what the best are ranked, and their keys.
func topSofar(f *machine.Frame, best []ranked) machine.Partial {
	p := machine.Partial{Function: "top", Told: "none of which is ranked"}
	rows := make([]*render.Node, len(best))
	for i, r := range best {
		rows[i] = record(field{"by", plain(f, r.by)}, field{"key", plain(f, r.key)})
	}
	if len(best) > 0 {
		p.Told = "the greatest of which is " + plain(f, best[0].by).Line(partialWidth) + ", that of " + plain(f, best[0].key).Line(partialWidth)
	}
	p.Answer = records(rows)
	return p
}

// rank returns the element with what it is ranked by, not held yet.
func rank(f *machine.Frame, l *machine.Loop, s *machine.Scope) (r ranked, err error) {
	r = ranked{key: s.KeyOrIndex(), elem: s.Elem}
	if r.by, err = l.Pred.On(f, s); err != nil {
		return r, err
	}
	// A single element that cannot be ordered is an error too.
	if err = value.Refuse(r.by); err == nil {
		_, err = value.SortOrder(&f.Thread, r.by, r.by)
	}
	return r, l.Pred.Pos().Err(err)
}

// holdRanked holds the parts of r.
func holdRanked(f *machine.Frame, r ranked) (_ ranked, err error) {
	if r.key, err = value.Hold(&f.Thread, r.key); err != nil {
		return r, err
	}
	if r.by, err = value.Hold(&f.Thread, r.by); err != nil {
		return r, err
	}
	r.elem, err = value.Hold(&f.Thread, r.elem)
	return r, err
}
