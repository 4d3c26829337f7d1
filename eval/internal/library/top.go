package library

import (
	"slices"
	"sort"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "top", Args: "xs, n, .field", Min: 2, Max: 3, Predicate: 2, Fold: top, Answers: ItsElements,
		Summary: "the n elements with the greatest .field, with their keys", Example: `top(cache.items, 5, .hits)`},
})

// maxTop bounds the elements that top keeps. Nobody reads more, and sortBy sorts all.
const maxTop = 1000

// ranked is an element that is among the best so far. size is what keeping it was charged.
type ranked struct {
	key, by, elem value.Value // key is nil if nobody asks for it
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
	b := best{f: f, l: l, n: n, name: "top", sign: 1, keyed: true}
	if err := l.FoldBy(f, b.sofar, b.body()); err != nil {
		return nil, err
	}
	rows := make(value.List, len(b.rows))
	for i, r := range b.rows {
		if err := f.Keep(8 * meter.ElementSize); err != nil {
			return nil, err
		}
		rows[i] = value.Map{"by": value.Named(r.by, b.names.Constants()), "key": r.key, "value": r.elem}
	}
	return rows, nil
}

// best is the n elements that come first so far, in their order.
type best struct {
	f     *machine.Frame
	l     *machine.Loop
	n     int
	name  string // of the function
	sign  int    // 1 if the greatest comes first, -1 if the least does
	keyed bool   // the keys are asked for, too
	last  bool   // of equal elements the last comes first
	rows  []ranked
	names machine.Names     // of what they are ranked by
	kind  inspect.DatumKind // that all rows can have, NoDatum if that is not known
}

// body is what is done with the elements.
func (b *best) body() machine.Body {
	return machine.Body{
		Lends: true, Moments: true, Takes: b.takes, Lanes: b.addLanes,
		Each: func(s *machine.Scope) (bool, error) {
			r, err := b.rank(s)
			if err != nil || b.n == 0 {
				return err == nil, err
			}
			b.names.Saw(b.l.Pred, s)
			b.kind = inspect.NoDatum
			return true, b.add(r)
		},
	}
}

// before reports whether what is ranked by x comes before row i, which was there first.
func (b *best) before(x value.Value, i int) (bool, error) {
	least, most := b.rows[i].by, x
	if b.sign > 0 {
		least, most = most, least
	}
	o, err := value.SortOrder(&b.f.Thread, least, most)
	if o == 0 && b.last {
		return true, b.l.Pred.Pos().Err(err)
	}
	return o > 0, b.l.Pred.Pos().Err(err)
}

// add adds r if it is among the best. It is held then. Of equal elements the first comes first.
func (b *best) add(r ranked) error {
	had := len(b.rows)
	if had == b.n {
		// Most come behind all rows.
		if is, err := b.before(r.by, b.n-1); !is || err != nil {
			return err
		}
	}
	var failed error
	at := sort.Search(len(b.rows), func(i int) bool {
		is, err := b.before(r.by, i)
		if err != nil {
			failed = err
		}
		return is
	})
	if failed != nil {
		return failed
	}
	if had == b.n {
		b.f.Release(b.f.Kept() - b.rows[b.n-1].size)
		b.rows = b.rows[:b.n-1]
	}
	kept := b.f.Kept()
	r, err := holdRanked(b.f, r)
	if err != nil {
		b.rows = b.rows[:had] // what is told of them has the last one still
		return err
	}
	r.size = b.f.Kept() - kept
	b.rows = slices.Insert(b.rows, at, r)
	return b.f.Tick(1 + len(b.rows)/64)
}

// takes reports whether the lanes have an order, and the same as the rows that they are compared with.
func (b *best) takes(l *machine.Lanes) bool {
	k := l.Values.Kind
	if !scan.Ranks(k) || l.Values.Written {
		return false
	}
	if b.kind == k {
		return true
	}
	for _, r := range b.rows {
		if _, ok := value.DatumAs(r.by, k); !ok {
			return false
		}
	}
	b.kind = k
	return true
}

// addLanes adds those of the lanes that are among the best. Most are not, which a single comparison
// tells.
func (b *best) addLanes(l *machine.Lanes) (more bool, err error) {
	if b.n == 0 {
		return true, nil
	}
	b.names.SawLanes(l)
	in := l.Elements()
	until := 0 // how many are added before the lanes are compared with the last row again
	for lane := l.Lo; lane < l.Hi; lane++ {
		if until--; until <= 0 && len(b.rows) == b.n {
			d, _ := value.DatumAs(b.rows[b.n-1].by, l.Values.Kind)
			if in = l.Elements(); b.last {
				behind := scan.Beyond(l.Values, d, -b.sign, l.In, lane, l.Hi)
				in.AndNot(&behind)
			} else {
				in = scan.Beyond(l.Values, d, b.sign, l.In, lane, l.Hi)
			}
			until = 8
		}
		if lane = in.Next(lane); lane >= l.Hi {
			break
		}
		if l.Values.Kind == inspect.TimeDatum {
			l.Leave(lane) // an answer has its location
			break
		}
		s := l.Scope(lane)
		r := ranked{by: l.Value(lane), elem: s.Elem}
		if b.keyed {
			r.key = s.KeyOrIndex()
		}
		if err := b.add(r); err != nil {
			l.Took = lane - l.Lo + 1
			return false, err
		}
		if l.Rests(b.f) {
			l.Leave(lane + 1)
			break
		}
	}
	return true, nil
}

// sofar is what was found: by what the best are ranked, and their keys.
func (b *best) sofar() machine.Partial {
	p := machine.Partial{Function: b.name, Told: "none of which is ranked"}
	rows := make([]*render.Node, len(b.rows))
	for i, r := range b.rows {
		rows[i] = record(field{"by", plain(b.f, r.by)})
		if b.keyed {
			rows[i] = record(field{"by", plain(b.f, r.by)}, field{"key", plain(b.f, r.key)})
		}
	}
	if len(rows) > 0 {
		word := "greatest"
		if b.sign < 0 {
			word = "least"
		}
		first := b.rows[0]
		p.Told = "the " + word + " of which is " + plain(b.f, first.by).Line(partialWidth)
		if b.keyed {
			p.Told += ", that of " + plain(b.f, first.key).Line(partialWidth)
		}
	}
	p.Answer = records(rows)
	return p
}

// rank returns the element with what it is ranked by, not held yet.
func (b *best) rank(s *machine.Scope) (r ranked, err error) {
	r.elem = s.Elem
	if b.keyed {
		r.key = s.KeyOrIndex()
	}
	if r.by, err = b.l.Pred.On(b.f, s); err != nil {
		return r, err
	}
	if err = value.Refuse(r.by); err == nil && b.keyed {
		// A single element that cannot be ordered is an error of top too.
		_, err = value.SortOrder(&b.f.Thread, r.by, r.by)
	}
	return r, b.l.Pred.Pos().Err(err)
}

// holdRanked holds the parts of r.
func holdRanked(f *machine.Frame, r ranked) (_ ranked, err error) {
	if r.key != nil {
		if r.key, err = value.Hold(&f.Thread, r.key); err != nil {
			return r, err
		}
	}
	if r.by, err = value.Hold(&f.Thread, r.by); err != nil {
		return r, err
	}
	r.elem, err = value.HoldElement(&f.Thread, r.elem)
	return r, err
}
