package read

import "time"

// Summary says what was read.
type Summary struct {
	Files []File
}

// File is what was read of one source.
type File struct {
	Name    string
	Format  string // the name of the format that most lines have; empty when none was recognised
	Bytes   int64  // after decompression
	Lines   int64  // that are not empty
	Read    int64  // that were given to the workers
	Outside int64  // that were read, and lie before Since or behind Until
	Skipped []Skip
	Broken  error // the source ended before its end: a truncated gz file, a disk that cannot be read

	First, Last time.Time
}

// Skip counts lines that were left out for one reason.
type Skip struct {
	Why   string
	Count int64
	First int64 // number of the first such line
}

func newSummary(sources []Source) *Summary {
	s := &Summary{Files: make([]File, len(sources))}
	for i := range sources {
		s.Files[i].Name = sources[i].Name
	}
	return s
}

func (f *File) skip(why string, first, count int64) {
	for i := range f.Skipped {
		if s := &f.Skipped[i]; s.Why == why {
			s.Count += count
			s.First = min(s.First, first)
			return
		}
	}
	f.Skipped = append(f.Skipped, Skip{why, count, first})
}

// add joins what one worker read.
func (s *Summary) add(files []File) {
	for i := range files {
		from, to := &files[i], &s.Files[i]
		to.Bytes += from.Bytes
		to.Lines += from.Lines
		to.Read += from.Read
		to.Outside += from.Outside
		for _, k := range from.Skipped {
			to.skip(k.Why, k.First, k.Count)
		}
		if !from.First.IsZero() && (to.First.IsZero() || from.First.Before(to.First)) {
			to.First = from.First
		}
		if from.Last.After(to.Last) {
			to.Last = from.Last
		}
	}
}
