#!/usr/bin/env bash
# Runs a built program in a session of its own: private home, private D-Bus, private GNOME Keyring. What the program
# stores is gone afterwards, and the keyring of whoever runs the tests is never touched.
#
#   tests/with-keyring.sh MODE PROGRAM [ARGUMENT…]
#
#   unlocked       a login keyring, unlocked with the password $CARILLON_TEST_KEYRING_PASSWORD
#   no-collection  the service can be started, and has no keyring to keep anything in
#   no-service     a bus on which nobody offers a keyring
#   no-bus         no session bus at all
#
# There is no display, so a keyring that would ask for a password can't. The program must be a built one: cargo and
# rustup would look for themselves in the private home.
set -euo pipefail

if [[ $# -lt 2 ]]; then
    echo "with-keyring.sh: usage: with-keyring.sh unlocked|no-collection|no-service|no-bus PROGRAM [ARGUMENT…]" >&2
    exit 64
fi
mode=$1
shift

needed=(dbus-run-session:dbus dbus-send:dbus gnome-keyring-daemon:gnome-keyring secret-tool:libsecret-tools)
missing=()
for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null && continue
    [[ " ${missing[*]} " == *" ${pair#*:} "* ]] || missing+=("${pair#*:}")
done
if [[ ${#missing[@]} -gt 0 ]]; then
    echo "with-keyring.sh: these Debian packages are missing: ${missing[*]}." \
        "Install them with: apt-get install dbus dbus-x11 gnome-keyring libsecret-tools" >&2
    exit 69
fi

home=$(mktemp -d)
# The daemon goes with its bus, and may write once more while it does; what counts is the program's status.
trap 'rm -rf "$home" 2>/dev/null || rm -rf "$home" || true' EXIT
mkdir -m 0700 "$home/run" "$home/data" "$home/services"

export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data
export XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache
export CARILLON_TEST_KEYRING=$mode CARILLON_TEST_KEYRING_PASSWORD=test-pw
unset DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY GNOME_KEYRING_CONTROL

# The bus tells of every service that it starts; that is noise unless something is wrong.
log=$home/session.log
status=0
case $mode in
unlocked)
    dbus-run-session -- bash -c '
        printf %s "$CARILLON_TEST_KEYRING_PASSWORD" |
            gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        exec "$@" 2>&3' _ "$@" 3>&2 2>"$log" || status=$?
    ;;
no-collection)
    dbus-run-session -- bash -c 'exec "$@" 2>&3' _ "$@" 3>&2 2>"$log" || status=$?
    ;;
no-service)
    # A bus that can start nothing: its configuration names an empty folder of services.
    cat >"$home/bus.conf" <<XML
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=$home/run</listen>
  <servicedir>$home/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
XML
    dbus-run-session --config-file="$home/bus.conf" -- bash -c 'exec "$@" 2>&3' _ "$@" 3>&2 2>"$log" || status=$?
    ;;
no-bus)
    "$@" || status=$?
    ;;
*)
    echo "with-keyring.sh: unknown mode: $mode" >&2
    exit 64
    ;;
esac

if [[ $status -ne 0 && -s $log ]]; then
    echo "with-keyring.sh: the session said:" >&2
    cat "$log" >&2
fi
exit "$status"
