package inspect_test

import (
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestBitsOfTimes: the Bits of a column of times are those moments, in their order, and what has none is bad.
func TestBitsOfTimes(t *testing.T) {
	now := time.Now()
	times := []time.Time{
		{}, now, now.Round(0), now.In(time.FixedZone("x", 3600)), time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Unix(1<<33, 1), time.Unix(-1<<33, 1),
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(1677, 9, 21, 0, 12, 42, 0, time.UTC), time.Date(1677, 9, 21, 0, 12, 44, 0, time.UTC), time.Date(1677, 9, 21, 0, 12, 50, 0, time.UTC),
		time.Date(2262, 4, 11, 23, 47, 10, 0, time.UTC), time.Date(2262, 4, 11, 23, 47, 18, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<61, 0), time.Unix(-1<<61, 0),
	}
	far := map[int]bool{8: true, 9: true, 10: true, 13: true, 14: true, 15: true, 16: true}
	pointers := make([]*struct{ when time.Time }, len(times))
	for i, at := range times {
		pointers[i] = &struct{ when time.Time }{at}
	}
	read := func(x any, extend func(p *inspect.FieldPath)) *inspect.Column {
		cursor := elemOf(t, x).Cursor()
		b, err := cursor.LoadBatch(len(times))
		if err != nil || b.Len() != len(times) {
			t.Fatal(b, err)
		}
		_, e := b.Entry(0)
		p, c := e.FieldPath(), new(inspect.Column)
		extend(p)
		b.Read(p, false, nil, 0, c)
		return c
	}
	for _, c := range []*inspect.Column{
		read(&times, func(*inspect.FieldPath) {}),
		read(&pointers, func(p *inspect.FieldPath) { p.Elem(); p.Field(0) }),
	} {
		if c.Kind != inspect.TimeDatum {
			t.Fatal(c.Kind)
		}
		for i, at := range times {
			if c.Bad.Has(i) != far[i] {
				t.Errorf("%v is bad: %v", at, c.Bad.Has(i))
			}
			d := inspect.Datum{Kind: inspect.TimeDatum, Bits: c.Bits[i]}
			if bits, ok := inspect.BitsOfTime(at); ok == far[i] || ok && (bits != d.Bits || !d.Plain().(time.Time).Equal(at)) {
				t.Errorf("%v has the Bits %#x, %v, want %#x", at, d.Bits, d.Plain(), bits)
			}
			for j, other := range times {
				if !far[i] && !far[j] && at.Before(other) != (int64(c.Bits[i]) < int64(c.Bits[j])) {
					t.Errorf("%v and %v are not in order", at, other)
				}
			}
		}
	}
}
