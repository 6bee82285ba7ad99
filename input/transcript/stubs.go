package transcript

func readDebug(t *talk, i int) int    { return i }
func readDevtools(t *talk, i int) int { return i }
func readConsole(t *talk, i int) int  { return i }
func readDump(t *talk, i int) int     { return i }
