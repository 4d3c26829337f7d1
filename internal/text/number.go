package text

import (
	"math"
	"strconv"
	"strings"
)

// Thousands writes n with a comma between every three digits.
func Thousands(n int) string { return Group(strconv.Itoa(n)) }

// Count writes n things in words: 1 entry, 2,000 entries.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Group puts a comma between every three digits of the whole part of a number, which may have a
// minus sign, a fraction and an exponent.
func Group(number string) string {
	first := 0
	if len(number) > 0 && number[0] == '-' {
		first = 1
	}
	end := first
	for end < len(number) && number[end] >= '0' && number[end] <= '9' {
		end++
	}
	for i := end - 3; i > first; i -= 3 {
		number = number[:i] + "," + number[i:]
	}
	return number
}

// exactDigits is how many digits of a decimal number a float64 keeps. The digits behind them tell
// how the number is stored, and nothing about what was measured.
const exactDigits = 15

// Figure writes x for people, in commas and at most 15 digits.
func Figure(x float64) string {
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e15) || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', exactDigits, 64), 64)
	return Group(strconv.FormatFloat(short, 'f', -1, 64))
}

// Change writes by how much to is more than from, with its sign and no more decimals than these two
// have: +7.68 from 1407.4 to 1415.08, where floats subtract to 7.67999999999984. It is "0" if they
// are equal.
func Change(from, to float64) string {
	by := to - from
	decimals := 0
	for _, x := range []float64{from, to} {
		_, fraction, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
		decimals = max(decimals, len(fraction))
	}
	said := Figure(by)
	if decimals < exactDigits && math.Abs(by) < 1e15 {
		// What is left of by beyond these decimals is an error of rounding, unless by is nothing else.
		if exact, _ := strconv.ParseFloat(strconv.FormatFloat(by, 'f', decimals, 64), 64); exact != 0 {
			said = Figure(exact)
		}
	}
	if by > 0 && said[0] != '+' { // +Inf
		return "+" + said
	}
	return said
}

// Bytes writes a number of bytes, in MiB or KiB if that is a whole number.
func Bytes(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return Thousands(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return Thousands(n>>10) + " KiB"
	}
	return Thousands(n) + " bytes"
}
