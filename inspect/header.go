package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// maxRereads bounds how often a header is read until two reads agree. That two agree is no proof: a writer
// that was stopped between two of its words leaves half a header for as long. What is read without a guard
// is noted as racy, and by single loads that may meet anything.
const maxRereads = 8

// pairAt returns the two words of the header of a text at a; ok is false if they keep changing.
func pairAt(a uintptr) (data, n uintptr, ok bool) {
	data, n = peek.Word(a), peek.Word(a+peek.WordSize)
	for range maxRereads {
		d, l := peek.Word(a), peek.Word(a+peek.WordSize)
		if d == data && l == n {
			return data, n, true
		}
		data, n = d, l
	}
	return 0, 0, false
}

// tripleAt is pairAt for a slice.
func tripleAt(a uintptr) (data, n, most uintptr, ok bool) {
	data, n = peek.Word(a), peek.Word(a+peek.WordSize)
	most = peek.Word(a + 2*peek.WordSize)
	for range maxRereads {
		d, l, m := peek.Word(a), peek.Word(a+peek.WordSize), peek.Word(a+2*peek.WordSize)
		if d == data && l == n && m == most {
			return data, n, most, true
		}
		data, n, most = d, l, m
	}
	return 0, 0, 0, false
}

// interfaceAt is pairAt for an interface. Where its type is the same twice, its data is of that type.
func interfaceAt(a uintptr) (word, data uintptr, ok bool) {
	word = peek.Word(a)
	for range maxRereads {
		data = peek.Word(a + peek.WordSize)
		again := peek.Word(a)
		if again == word {
			return word, data, true
		}
		word = again
	}
	return 0, 0, false
}
