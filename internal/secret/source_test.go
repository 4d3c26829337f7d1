package secret

import "testing"

func TestRedactSource(t *testing.T) {
	for in, want := range map[string]string{
		"":                                                "",
		`count(items, .name == "lamp")`:                   `count(items, .name == "lamp")`,
		`config.password == "hunter2"`:                    `config.password == "redacted"`,
		`'hunter2' in config.API_token`:                   `'redacted' in config.API_token`,
		`count(users, .password == "hunter2")`:            `count(users, .password == "redacted")`,
		`isOpen(x) && config.password == "hunter2"`:       `isOpen(x) && config.password == "redacted"`,
		`config.password == "hunter2" ? 1 : len(x)`:       `config.password == "redacted" ? 1 : len(x)`,
		`headers["Authorization"]`:                        `headers["Authorization"]`,
		`headers["Authorization"] == "x"`:                 `headers["Authorization"] == "redacted"`,
		"x == `hunter2` or y.secret":                      "x == `redacted` or y.secret",
		`a == "say \"hi\"" `:                              `a == "say \"hi\"" `,
		`pin == "a\"b`:                                    `pin == "redacted"`,
		`x == "ghp_0123456789abcdefghijABCDEFGHIJ012345"`: `x == "redacted"`,
		`ghp_0123456789abcdefghijABCDEFGHIJ012345`:        `redacted`,
		// A quote in a comment opens no string, and a comment sign in a string opens no comment.
		`/* " */ config.password == "hunter2"`:      `/*redacted*/ config.password == "redacted"`,
		"// it's\nconfig.password == 'hunter2'":     "//redacted\nconfig.password == 'redacted'",
		`x == "//" || config.password == "hunter2"`: `x == "redacted" || config.password == "redacted"`,
		`x == '/*' || config.password == "hunter2"`: `x == 'redacted' || config.password == "redacted"`,
		`config.password == x // was hunter2`:       `config.password == x //redacted`,
		`/* " */ count(items, .name == "lamp")`:     `/* " */ count(items, .name == "lamp")`,
		`a / b // c`:                                `a / b // c`,
		// Two backquotes in a raw string stand for one.
		"`a``\"` == config.password + \"hunter2\"": "`redacted` == config.password + \"redacted\"",
		"x == `a``b` && y == \"z\"":                "x == `a``b` && y == \"z\"",
		// Names count as they are read, not as they are typed, and may be concatenated.
		`config["pass\u0077ord"] == "hunter2"`:               `config["pass\u0077ord"] == "redacted"`,
		`config["\x70ass\u{77}\157rd"] == "hunter2"`:         `config["\x70ass\u{77}\157rd"] == "redacted"`,
		`config["pass" + "word"] == "hunter2"`:               `config["pass" + "redacted"] == "redacted"`,
		`x == "\x67hp_0123456789abcdefghijABCDEFGHIJ012345"`: `x == "redacted"`,
		// Behind a mistake nothing is known.
		"it's config.password == \"hunter2\"":  "it'redacted'",
		"\" \n config.password == \"hunter2\"": "\"redacted\"",
		`"\q" config.password == "hunter2"`:    `"redacted"`,
		`/* config.password == "hunter2"`:      `/*redacted*/`,
		"`config.password == \"hunter2\"":      "`redacted`",
		`"abc`:                                 `"abc`, "`abc``": "`abc``", `/* abc`: `/* abc`, `"\u{110`: `"\u{110`, `"\`: `"\`, `"\x4`: `"\x4`, `'\U0001F60`: `'\U0001F60`,
	} {
		if got := RedactSource(in); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}
