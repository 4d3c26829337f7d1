package inspect

import (
	"cmp"
	"math"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

var _ = addLens(
	lensRow{name: "time.Duration", shape: Scalar, datum: DurationDatum},
	lensRow{name: "time.Time", fields: "wall ext loc", shape: Scalar, scalar: Value.time, datum: TimeDatum, fit: fitTime},
	// A Location is shown by its name. The zero Location is UTC.
	lensRow{name: "time.Location", fields: "name", shape: Scalar, text: func(p *probe, v Value) any {
		return cmp.Or(p.text(v, "name"), "UTC")
	}},
)

func fitTime(_ *space, t reflect.Type, _ *lens) bool {
	return t.NumField() == 3 && t.Field(0).Type.Kind() == reflect.Uint64 && t.Field(1).Type.Kind() == reflect.Int64
}

// A time.Time is a word of wall clock, a word of monotonic clock or of seconds since the year 1,
// and a pointer to its location (see time.Time's own comments; so since go1.9).
const (
	hasMonotonic = 1 << 63
	nsecMask     = 1<<30 - 1
	nsecShift    = 30
	wallToYear1  = (1884*365 + 1884/4 - 1884/100 + 1884/400) * 86400 // 1885 to year 1, in seconds
)

// year1 is where a Time's seconds count from.
var year1 = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

func (v Value) time() (any, Mark, error) {
	var b [24]byte
	raw := b[:v.typ.Size()]
	still, err := v.ref.Settled(raw)
	if err != nil {
		return nil, 0, err
	}
	sec, nsec := moment(peek.Uint(raw[0:8]), peek.Uint(raw[8:16]))
	t := time.Unix(sec+year1, nsec)
	return t.In(v.location(t, uintptr(peek.Uint(raw[16:])))), v.wide(still), nil
}

// moment returns the seconds since the year 1 and the nanoseconds of the two words of a Time.
func moment(wall, ext uint64) (sec, nsec int64) {
	sec = int64(ext)
	if wall&hasMonotonic != 0 {
		sec = int64(wall<<1>>(nsecShift+1)) + wallToYear1
	}
	return sec, int64(wall & nsecMask)
}

// ZeroTimeBits are the Bits of the zero Time. As an int64 they are less than those of all others.
const ZeroTimeBits = 1 << 63

// BitsOfTime returns the moment of t as the Bits of a Datum: its nanoseconds since 1970, or
// ZeroTimeBits. Read as int64s, Bits are in the order of the moments. ok is false for any other moment
// that is further than 292 years from 1970.
func BitsOfTime(t time.Time) (bits uint64, ok bool) {
	return bitsOfMoment(t.Unix()-year1, int64(t.Nanosecond()))
}

// bitsOfMoment is BitsOfTime of seconds since the year 1 and nanoseconds.
func bitsOfMoment(sec, nsec int64) (bits uint64, ok bool) {
	// One second less to either side, so that the sum below fits.
	const reach = math.MaxInt64/1_000_000_000 - 1
	if sec == 0 && nsec == 0 {
		return ZeroTimeBits, true
	}
	if since := sec + year1; since >= -reach && since <= reach && nsec < 1e9 {
		return uint64(since*1e9 + nsec), true
	}
	return 0, false
}

// timeOfBits returns the Time that BitsOfTime made bits of, in UTC.
func timeOfBits(bits uint64) time.Time {
	if bits == ZeroTimeBits {
		return time.Time{}
	}
	return time.Unix(0, int64(bits)).UTC()
}

// bitsOfTimes makes the two words of the Times in the lanes of in, wall and ext, their Bits. Lanes
// without Bits are bad, and get 0.
func bitsOfTimes(wall, ext []uint64, in, bad *Mask) {
	for i := in.Next(0); i < BatchSize; i = in.Next(i + 1) {
		bits, ok := bitsOfMoment(moment(wall[i], ext[i]))
		if !ok || bad.Has(i) {
			bits = 0
			bad.Set(i)
		}
		wall[i] = bits
	}
}

// location returns the location at an address, as far as it concerns t. In racy memory it
// recognizes only the two that every program has.
func (v Value) location(t time.Time, addr uintptr) *time.Location {
	if l, ok := v.space().location(addr); ok {
		return l
	}
	if f, ok := v.typ.FieldByName("loc"); ok && v.how&solid != 0 {
		// The collector scans the field, as it scans any pointer to a Go type.
		if p, err := v.part(f.Type, f.Offset).ref.Ptr(true); err == nil && p.Addr() == addr && p.Held() {
			return zone(t, p.Word(f.Type).Interface().(*time.Location))
		}
	}
	return time.UTC
}

// zone returns a location of our own that agrees with l at time t, UTC if l cannot be read. l may
// lie in memory that is not Go's, and whoever formats the time has no guard against faults.
func zone(t time.Time, l *time.Location) *time.Location {
	at := time.UTC
	_ = peek.Try(func() {
		defer func() {
			// What is no location may panic in any way. Faults are for Try.
			if p := recover(); p != nil {
				if fault, ok := p.(interface{ Addr() uintptr }); ok {
					panic(fault)
				}
			}
		}()
		name, offset := t.In(l).Zone()
		if len(name) > maxZone {
			return
		}
		key := zoneKey{name, offset}
		if z, ok := zones.Load(key); ok {
			at = z.(*time.Location)
			return
		}
		key.name = strings.Clone(name)
		at = time.FixedZone(key.name, offset)
		if zonesKept.Add(1) <= maxZones {
			zones.Store(key, at)
		}
	})
	return at
}

// zones caches the locations that zone made. There are few.
var (
	zones     sync.Map // of zoneKey to *time.Location
	zonesKept atomic.Int64
)

type zoneKey struct {
	name   string
	offset int
}

const (
	maxZone  = 64 // bytes of a name; abbreviations have three to six
	maxZones = 1000
)
