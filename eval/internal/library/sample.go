package library

import (
	"math/rand/v2"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "sample", Args: "xs, n", Min: 2, Reads: Streams, Run: sample, Pipe: pipeOfSample, Answers: ItsElements,
		Summary: "n elements chosen at random, for a first impression of many", Example: `freq(sample(cache.items, 100), .status)`},
})

// maxSample bounds a sample. More tells nothing more, and a part of a walk is cheaper.
const maxSample = 100_000

// sample is sample(xs, n): n elements of xs, each as likely as any other, in the order of xs. Those
// of a map are a map. Of a map and of what is indexed they are reached at once, so the time depends
// on n alone; anything else is walked.
func sample(f *machine.Frame, args []value.Value) (value.Value, error) {
	p, err := sampleOf(f, args[0], args[1])
	if err != nil {
		return nil, err
	}
	return collect(f, p)
}

func pipeOfSample(l *machine.Loop, at fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := l.From(f)
		if err != nil {
			return nil, err
		}
		n, err := l.Other(f)
		if err != nil {
			return nil, err
		}
		p, err := sampleOf(f, x, n)
		return p, at.Err(err)
	}
}

// sampleOf is n elements of x, one by one.
func sampleOf(f *machine.Frame, x, n value.Value) (*value.Pipe, error) {
	if !value.IsList(x) && !value.IsMap(x) {
		return nil, value.NotCollection(x)
	}
	most, err := value.ToInt("sample", n)
	if err != nil {
		return nil, err
	}
	if most < 0 || most > maxSample {
		return nil, fault.New("range", "sample chooses up to %s elements, not %s", text.Thousands(maxSample), text.Thousands(most)).
			With("xs[:n] is the first n of xs")
	}
	x, _ = value.Settle(x)
	return value.NewPart(x, func(_ *value.Thread, unlocked bool, yield value.Yield) error {
		d := draw{f: f, n: most, yield: yield, random: rand.New(source(f.Random))}
		if err := d.from(x, unlocked); err != nil {
			return err
		}
		f.Note("a sample: " + text.Thousands(d.drawn) + " of " + text.Thousands(d.of) + " entries" + of(x) + ", chosen at random")
		return nil
	}), nil
}

// of says what x is a part of.
func of(x value.Value) string {
	if l, ok := x.(value.Live); ok {
		if path := l.View.Path(); path != "" {
			return " of " + path
		}
	}
	return ""
}

// source makes a function a rand.Source.
type source func() uint64

func (s source) Uint64() uint64 { return s() }

// draw draws one sample.
type draw struct {
	f      *machine.Frame
	n      int // elements to draw
	yield  value.Yield
	random *rand.Rand

	drawn int // elements that were yielded
	of    int // elements that there are
}

// from draws from x.
func (d *draw) from(x value.Value, unlocked bool) error {
	if !value.Streamed(x) {
		n, err := value.Len(&d.f.Thread, x)
		if err != nil {
			return err
		}
		d.of = n
		if value.InArray(x) {
			return d.byIndex(x)
		}
		if d.n < n/2 {
			if ok, err := value.Pick(x, d.n, d.f.Random, unlocked, d.next); ok || err != nil {
				return err
			}
		}
	}
	return d.byWalk(x)
}

// next yields an element.
func (d *draw) next(_ int, key, elem value.Value) (bool, error) {
	d.drawn++
	return d.yield(d.drawn-1, key, elem)
}

// byIndex draws indices, and reads the elements that are still there.
func (d *draw) byIndex(x value.Value) error {
	// Floyd's algorithm: each set of indices is as likely as any other.
	chosen, indices := map[int]bool{}, []int{}
	for i := max(d.of-d.n, 0); i < d.of; i++ {
		if err := d.f.Tick(1); err != nil {
			return err
		}
		k := d.random.IntN(i + 1)
		if chosen[k] {
			k = i
		}
		chosen[k] = true
		indices = append(indices, k)
	}
	slices.Sort(indices)
	for _, i := range indices {
		if err := d.f.Tick(1); err != nil {
			return err
		}
		elem, err := d.at(x, i)
		if elem == nil && err == nil || err != nil && fault.From(err).Code == "range" {
			break // the list has become shorter
		}
		if err != nil {
			return err
		}
		if more, err := d.next(0, value.Unkeyed, elem); err != nil || !more {
			return err
		}
	}
	return nil
}

// at returns the element of x at i, kept as it was picked; nil if there is none. It has no place among those
// that are walked, where it would be looked for again.
func (d *draw) at(x value.Value, i int) (elem value.Value, err error) {
	if _, ok := x.(value.Live); !ok {
		if elem, err = value.Index(&d.f.Thread, x, value.Int(i)); err != nil {
			return nil, err
		}
		return value.Hold(&d.f.Thread, elem)
	}
	part, err := value.Slice(&d.f.Thread, x, i, i+1)
	if err != nil {
		return nil, err
	}
	err = value.Entries(&d.f.Thread, part, true, func(_ int, _, e value.Value) (bool, error) {
		elem, err = value.Hold(&d.f.Thread, e)
		return false, err
	})
	return elem, err
}

// drawnEntry is an entry that was drawn from a walk. size is what keeping it was charged.
type drawnEntry struct {
	at        int
	key, elem value.Value
	size      int
}

// byWalk walks x and keeps n of the elements so far, each as likely as any other.
func (d *draw) byWalk(x value.Value) error {
	if d.n == 0 {
		return nil
	}
	var kept []drawnEntry
	f, met := d.f, 0
	err := value.Entries(&f.Thread, x, true, func(_ int, key, elem value.Value) (bool, error) {
		met++
		at := len(kept)
		if at == d.n {
			if at = d.random.IntN(met); at >= d.n {
				return true, nil
			}
			f.Release(f.Kept() - kept[at].size)
		} else {
			kept = append(kept, drawnEntry{})
		}
		before := f.Kept()
		k, err := value.Hold(&f.Thread, key)
		if err != nil {
			return false, err
		}
		e, err := value.Hold(&f.Thread, elem)
		if err != nil {
			return false, err
		}
		kept[at] = drawnEntry{met, k, e, f.Kept() - before}
		return true, nil
	})
	if err != nil {
		return err
	}
	d.of = met
	slices.SortFunc(kept, func(a, b drawnEntry) int { return a.at - b.at })
	for _, e := range kept {
		if more, err := d.next(0, e.key, e.elem); err != nil || !more {
			return err
		}
	}
	return nil
}
