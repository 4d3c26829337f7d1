package value

import "github.com/sightglass-go/sightglass/eval/internal/meter"

// Sorted returns items in the order of their keys, of which there are as many. It is stable. Unlike the sorts of
// package sort it can be stopped.
func Sorted[T, K any](t *Thread, items []T, keys []K, order func(a, b K) (int, error)) ([]T, error) {
	if err := t.Keep(3 * meter.ElementSize * len(items)); err != nil {
		return nil, err
	}
	from, to := make([]int, len(items)), make([]int, len(items))
	for i := range from {
		from[i] = i
	}
	for width := 1; width < len(from); width *= 2 {
		for lo := 0; lo < len(from); lo += 2 * width {
			mid, hi := min(lo+width, len(from)), min(lo+2*width, len(from))
			if err := merge(t, to[lo:hi], from[lo:mid], from[mid:hi], keys, order); err != nil {
				return nil, err
			}
		}
		from, to = to, from
	}
	out := make([]T, len(items))
	for i, n := range from {
		out[i] = items[n]
	}
	return out, nil
}

// merge merges the sorted runs a and b of indices into out.
func merge[K any](t *Thread, out, a, b []int, keys []K, order func(a, b K) (int, error)) error {
	for n := range out {
		if err := t.Tick(1); err != nil {
			return err
		}
		takeA := len(b) == 0
		if !takeA && len(a) > 0 {
			o, err := order(keys[a[0]], keys[b[0]])
			if err != nil {
				return err
			}
			takeA = o <= 0
		}
		if takeA {
			out[n], a = a[0], a[1:]
		} else {
			out[n], b = b[0], b[1:]
		}
	}
	return nil
}
