package inspect_test

import (
	"container/list"
	rings "container/ring"
	"context"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// lensed are types that are not shown by their fields.
var lensed = []reflect.Type{
	reflect.TypeFor[target](), reflect.TypeFor[awkward](), reflect.TypeFor[sync.Map](), reflect.TypeFor[*sync.Map](), reflect.TypeFor[list.List](), reflect.TypeFor[rings.Ring](),
	reflect.TypeFor[big.Int](), reflect.TypeFor[big.Float](), reflect.TypeFor[big.Rat](), reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[net.IP](),
	reflect.TypeFor[net.IPNet](), reflect.TypeFor[url.URL](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Location](), reflect.TypeFor[context.Context](),
	reflect.TypeFor[net.OpError](), reflect.TypeFor[net.DNSError](), reflect.TypeFor[url.Error](), reflect.TypeFor[atomic.Value](), reflect.TypeFor[atomic.Pointer[leaf]](),
	reflect.TypeFor[sync.RWMutex](), reflect.TypeFor[sync.WaitGroup](), reflect.TypeFor[sync.Once](), reflect.TypeFor[maps](), reflect.TypeFor[chan any](), reflect.TypeFor[func()](),
	reflect.TypeFor[map[any]any](), reflect.TypeFor[map[string]*leaf](), reflect.TypeFor[[]any](), reflect.TypeFor[[]error](), reflect.TypeFor[[4]string](),
}

// lures are words that lead on: to objects of other types, to types, to itabs.
var lures = sync.OnceValue(func() (words []uintptr) {
	x := newAwkward()
	lured = append(lured, x, alternates)
	v := reflect.ValueOf(x).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		words = append(words, f.UnsafeAddr())
		for n := uintptr(0); n < min(f.Type().Size(), 24); n += unsafe.Sizeof(n) {
			if w, err := peek.Here().At(f.UnsafeAddr() + n).Uintptr(); err == nil {
				words = append(words, w)
			}
		}
	}
	all := *(*[unsafe.Sizeof(target{}) / unsafe.Sizeof(uintptr(0))]uintptr)(unsafe.Pointer(&alternates[3]))
	words = append(words, all[:]...)
	for _, t := range append(basics, lensed...) {
		p := reflect.New(t)
		lured = append(lured, p.Interface())
		face := p.Elem().Interface()
		words = append(words, p.Pointer(), (*[2]uintptr)(unsafe.Pointer(&face))[0], (*[2]uintptr)(unsafe.Pointer(&face))[1])
	}
	return words
})

var lured []any // keeps what the lures lead to

// memory fills n words with anything: numbers, floats, and words that lead on, into the memory
// itself too.
func memory(n int, seed uint64, from []byte) []uintptr {
	r := rand.New(rand.NewPCG(seed, 7))
	words := make([]uintptr, n)
	base := uintptr(unsafe.Pointer(unsafe.SliceData(words)))
	for i := range words {
		c := byte(r.Uint32())
		if i < len(from) {
			c = from[i]
		}
		switch c % 8 {
		case 0:
			words[i] = uintptr(c >> 3)
		case 1, 2, 3:
			words[i] = lures()[r.IntN(len(lures()))]
		case 4:
			words[i] = base + uintptr(r.IntN(n))*unsafe.Sizeof(base)
		case 5:
			words[i] = lures()[r.IntN(len(lures()))] + uintptr(c>>4)
		case 6:
			words[i] = uintptr(r.Uint64() >> (c >> 3 * 2))
		case 7:
			words[i] = uintptr(c>>3) * 1000
		}
	}
	return words
}

// wild reads memory that holds anything as a t.
func (c *tally) wild(t reflect.Type, words []uintptr) error {
	v := inspect.ViewAt(t, uintptr(unsafe.Pointer(unsafe.SliceData(words))))
	c.left = 20_000
	c.scan(v, 6)
	err := c.render(v)
	runtime.KeepAlive(words)
	return err
}

// FuzzMemory reads memory that holds anything as a value of any type, as a stale or torn address
// would show it.
func FuzzMemory(f *testing.F) {
	for i := range 40 {
		f.Add([]byte{byte(i)}, uint64(i), []byte{})
	}
	f.Fuzz(func(t *testing.T, shape []byte, seed uint64, from []byte) {
		left := 100
		s := &smith{Choices: shape, left: &left}
		typ := lensed[s.pick(len(lensed))]
		if s.Some(2) {
			typ = s.typ(4, false)
		}
		if typ.Size() > 1<<20 {
			return
		}
		n := int(typ.Size())/int(unsafe.Sizeof(seed)) + 64
		if err := new(tally).wild(typ, memory(n, seed, from)); err != nil {
			t.Errorf("a %v: %v", typ, err)
		}
	})
}

// TestAttackWildMemory does so for as long as the flag says.
func TestAttackWildMemory(t *testing.T) {
	stop := attack.Stop(t)
	c := tally{stop: stop}
	for seed := uint64(0); !stop.Load(); seed++ {
		left := 100
		s := &smith{Choices: binary.LittleEndian.AppendUint64(nil, seed*0x9e3779b97f4a7c15), left: &left}
		typ := lensed[seed%uint64(len(lensed))]
		if seed%3 == 0 {
			typ = s.typ(4, false)
		}
		if typ.Size() > 1<<16 {
			continue
		}
		if err := c.wild(typ, memory(int(typ.Size())/8+64, seed, nil)); err != nil {
			t.Fatalf("seed %d, a %v: %v", seed, typ, err)
		}
	}
	t.Log(c)
	if c.reads == 0 || c.faults == 0 {
		t.Error("the attack missed")
	}
}
