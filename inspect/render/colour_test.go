package render

import (
	"math"
	"testing"
)

// palettes are what common terminals show for SGR 30 to 37, as they come.
var palettes = map[string][8]int{
	"xterm":           {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5},
	"VGA":             {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa},
	"Windows console": {0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xcccccc},
	"macOS Terminal":  {0x000000, 0xc23621, 0x25bc24, 0xadad27, 0x492ee1, 0xd338d3, 0x33bbc8, 0xcbcccd},
	"GNOME (Tango)":   {0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf},
	"Visual Studio":   {0x000000, 0xcd3131, 0x0dbc79, 0xe5e510, 0x2472c8, 0xbc3fbc, 0x11a8cd, 0xe5e5e5},
}

// luminance is the relative luminance of a colour, as WCAG 2 defines it.
func luminance(rgb int) float64 {
	l := 0.0
	for i, weight := range []float64{.0722, .7152, .2126} {
		c := float64(rgb>>(8*i)&0xff) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}

// TestColours: each colour stands out from black and from white on every terminal, which blue,
// yellow and cyan do not.
func TestColours(t *testing.T) {
	const least = 2 // to one
	reads := func(n int) bool {
		for _, palette := range palettes {
			l := luminance(palette[n])
			if (l+.05)/.05 < least || 1.05/(l+.05) < least {
				return false
			}
		}
		return true
	}
	for role, sgr := range colours {
		switch {
		case len(sgr) < 2: // bold and faint letters have the colour of the terminal
		case sgr[0] != '3' || !reads(int(sgr[1]-'0')):
			t.Errorf("role %d has SGR %s, which does not read on black and on white", role, sgr)
		}
	}
	for _, blue := range []int{3, 4, 6} {
		if reads(blue) {
			t.Errorf("SGR 3%d reads everywhere", blue)
		}
	}
}
