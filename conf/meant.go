package conf

// Unheeded is a file of settings that lies where the program looks for one, and that a line keeps from being heeded: an
// .htaccess of Apache's under AllowOverride None, or with directives that AllowOverride leaves out.
type Unheeded struct {
	File  string
	By    Place    // the line that keeps it out
	Block Place    // the innermost block for the file's folder, where another word would have to stand; unknown when none is
	Words []string // that the line would need: "AuthConfig", "FileInfo"
	Lines []Line   // what stands in the file and has no effect; those that stand elsewhere in force are left out
	// Refused says that the program reads the file and answers every request below its folder with 500, because of Lines.
	Refused bool
}

// Handover is a line that is there to hand the client's Authorization to a program behind the server, whether it does or not:
// a RewriteRule with E=HTTP_AUTHORIZATION, a SetEnvIf.
type Handover struct {
	Place   Place
	Name    string   // the directive
	Server  Server   // whose requests it is for
	Path    string   // the block that it stands in, "" for the whole site
	Samples []string // URL paths of programs that it is for, real files first; nil when none can be named
	Why     string   // what keeps it from working, as a clause: `RewriteEngine is not on in its block`; "" when that is not told
	// Alone says that the line can be replaced: no condition stands above it that would fall to the next rule, and its block
	// is one that settings of programs may stand in.
	Alone bool
}
