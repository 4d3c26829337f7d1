package access

import "strings"

// maxNear is the length of names beyond which a near miss is not sought.
const maxNear = 64

// Near returns the one of from that name was probably meant to be, "" if none
// is close: the same but for case, or at the smallest edit distance (a swap of neighbours
// counts as one edit) of at most a third of its length. Of equally close ones it returns the first.
func Near(name string, from []string) string {
	best, at := "", len(name)/3+1
	lower := strings.ToLower(name)
	if len(lower) > maxNear {
		return ""
	}
	for _, f := range from {
		low := strings.ToLower(f)
		if len(low) > maxNear || f == name {
			continue
		}
		d := distance(lower, low)
		// A name of three letters of which two differ is another name.
		if d < at && d < min(len(name), len(f)) {
			best, at = f, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, changes and swaps of
// neighbours between a and b, in bytes.
func distance(a, b string) int {
	var rows [3][maxNear + 1]int
	before, above, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := above[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
