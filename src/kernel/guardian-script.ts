/*
 * What a guardian runs, in any shell whose `read` knows -t (bash, busybox's ash): a program that every Linux has, and that
 * takes 2 MB where Node takes 40. Arguments: a word for ps(1), the pid of the server, the device number of its mount (empty
 * if that is not ours to unmount), and the command that unmounts. Descriptor 0 is the pipe from the server; 3 and 4 are
 * `abort` and `waiting` of the connection in fusectl, opened while it was certainly ours: whatever gets its number later,
 * they never reach another one.
 *
 * Once a second it looks whether the connection is still there, and at /proc/PID/stat: state (field 3), flags (9; the bits
 * PF_EXITING 4, PF_POSTCOREDUMP 8, PF_DUMPCORE 0x200, PF_SIGNALED 0x400 of include/linux/sched.h), start time (22) and pending
 * signals (31; 256 is SIGKILL). The leader of a killed process that has a blocked thread is a zombie if that is a thread of
 * its own, and in state D, within exit, if it is one of io_uring; a leader that is blocked itself has SIGKILL pending. When the
 * last thread goes, the pipe ends, which `read` notices at once.
 */
export const GUARDIAN_SCRIPT = `
set -f
trap '' TERM INT HUP QUIT
pid=$2 device=$3
shift 3

is_there() {
  { read -r waiting </proc/self/fd/4; } 2>/dev/null
}

is_dying() {
  line=
  { read -r line <"/proc/$pid/stat"; } 2>/dev/null
  set -- \${line##*) }
  [ "$#" -ge 29 ] || return 0
  case $1 in [ZX]) return 0 ;; esac
  [ "\${started:=\${20}}" = "\${20}" ] || return 0
  [ $(( $7 & 0x60c )) -ne 0 ] || [ $(( \${29} & 256 )) -ne 0 ]
}

# Sets path to the mount point of the last mount of our device, unless another mount covers it.
find_mount() {
  point= covered=1
  while read -r id parent dev root where rest; do
    if [ "$dev" = "$device" ]; then point=$where covered=0
    elif [ "$where" = "$point" ]; then covered=1; fi
  done </proc/self/mountinfo
  [ "$covered" = 0 ] || return 1
  # It is written with octal escapes, which printf knows, and with bare percent signs, which it must not.
  format=
  while case $point in *%*) ;; *) false ;; esac; do
    format=$format\${point%%[%]*}%% point=\${point#*%}
  done
  path=$(printf "$format$point"; echo .)
  path=\${path%.}
}

is_dying
while is_there; do
  word=
  read -t 1 -r word
  [ $? -ne 2 ] || exit 2
  case $word in
    stop) exit 0 ;;
    # It is about to call exit: what it has not unmounted a second later, it will not.
    exiting) leaving=1 && continue ;;
  esac
  [ -n "$leaving" ] || is_dying || continue
  is_there || exit 0
  echo 1 >&3
  rounds=0
  while [ -n "$device" ] && [ $rounds -lt 20 ] && find_mount; do
    rounds=$((rounds + 1))
    "$@" "$path" || break
  done
  exit 0
done >/dev/null 2>&1
`
