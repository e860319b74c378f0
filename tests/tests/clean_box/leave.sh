# Leaves the word $1 wherever a user of a box can leave anything. Run by a shell in the box, as its user.
word=$1
set -e

for folder in ~ ~/workspace /tmp /var/tmp /dev/shm /run/hotdesk/editor; do
    echo "$word" >"$folder/$word"
    mkdir -p "$folder/.hidden"
    echo "$word" >"$folder/.hidden/file"
    ln -s "$word" "$folder/link"
done
echo "echo $word" >>~/.bash_history
echo "export WORD=$word" >>~/.bashrc
git config --global user.name "$word"
mkdir -p ~/.ssh ~/.config/systemd/user ~/.local/share/code-server/extensions/word-1.0.0
echo "$word" >~/.ssh/authorized_keys
echo "$word" >~/.config/systemd/user/word.service
echo "{\"name\": \"$word\"}" >~/.local/share/code-server/extensions/word-1.0.0/package.json
# For whatever would run it later.
for folder in /run/user/2000 /etc/cron.d /etc/profile.d /var/spool/cron /usr/local/bin /opt; do
    (echo "$word" >"$folder/word") 2>/dev/null || true
done
(echo "* * * * * echo $word" | crontab -) 2>/dev/null || true
(echo "echo $word" | at now + 1 minute) 2>/dev/null || true

# A daemon, with the word in its name, its arguments and its environment.
WORD=$word setsid bash -c "exec -a $word sleep 3600" >/dev/null 2>&1 </dev/null &
# A terminal with something in it.
setsid script --quiet --command "echo $word; sleep 3600" /dev/null >/dev/null 2>&1 </dev/null &
# Sockets with a path and without one.
perl -MIO::Socket::UNIX -e '
    my @all = map { IO::Socket::UNIX->new(Local => $_, Listen => 1) or die $! } "\0$ARGV[0]", "/tmp/$ARGV[0].sock";
    sleep 3600' "$word" >/dev/null 2>&1 </dev/null &
# Memory that outlives whoever made it: 01600 is IPC_CREAT for the user alone.
perl -e '
    my $id = shmget(0x1234, 4096, 01600) // die $!;
    shmwrite($id, $ARGV[0], 0, length $ARGV[0]) or die $!' "$word"

until [ -e "/tmp/$word.sock" ] && [ -e /dev/pts/0 ]; do sleep 0.01; done
