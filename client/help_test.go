package client

import "testing"

// What is not for this prompt is left out of the list of commands, on a narrow screen too.
func TestHelpWithoutAbsent(t *testing.T) {
	for said, want := range map[string]string{
		"  vars  list\n  history [earlier]  list the lines\n  json on            speak JSON\n  who  list": "  vars  list\n  who  list",
		"  history [earlier]\n      list the lines\n      of this session\n  who\n      list":             "  who\n      list",
		"  json on  speak": "",
	} {
		if got := withoutAbsent(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
