package telnet

import (
	"os"
	"strconv"
	"strings"
)

// birthOf returns when a process began, in ticks since the system did; "" if that cannot be told.
// See proc_pid_stat(5): it is the 22nd field, and the second, in parentheses, may contain anything.
func birthOf(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}
