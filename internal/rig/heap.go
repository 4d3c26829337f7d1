package rig

import (
	"math/rand/v2"
	"runtime"
)

// Lived returns n objects by their index, each made by f, as they lie in the heap of an application
// that has worked for a while: made in no order, with other objects between them, and in the places
// of others that have gone. The same n gives the same order.
func Lived[T any](n int, f func(i int) T) []T {
	random := rand.New(rand.NewPCG(uint64(n), 2))
	// Objects with pointers and those without lie in different spans.
	others := make([]any, min(2*n, 2_000_000))
	other := func() any {
		size := 1 + random.IntN(16)
		if random.IntN(2) == 0 {
			return make([]*int, size)
		}
		return make([]byte, 8*size)
	}
	for i := range others {
		others[i] = other()
	}
	for i := range others {
		if random.IntN(4) > 0 {
			others[i] = nil
		}
	}
	runtime.GC()
	all := make([]T, n)
	for _, i := range random.Perm(n) {
		all[i] = f(i)
		others[random.IntN(len(others))] = other()
	}
	clear(others)
	runtime.GC()
	return all
}

// LivedMap returns a map from key(i) to all[i] that has grown to its size among entries that are
// gone: its order has nothing to do with that of all.
func LivedMap[K comparable, V any](all []V, key func(i int) K) map[K]V {
	random := rand.New(rand.NewPCG(uint64(len(all)), 3))
	m := make(map[K]V)
	order := random.Perm(len(all))
	for _, i := range order {
		m[key(i)] = all[i]
	}
	for _, i := range order[:len(order)/4] {
		delete(m, key(i))
	}
	for _, i := range order[:len(order)/4] {
		m[key(i)] = all[i]
	}
	return m
}
