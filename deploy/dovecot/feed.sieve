# The inbound feed by Sieve (RFC 3894): a script of the support mailbox, or one that runs before all others
# (plugin { sieve_before = /etc/dovecot/bedside/feed.sieve }). See deploy/README.md, "Showing Bedside incoming mail".
#
# The address belongs to no mailbox: the Postfix that Dovecot hands redirected mail to (submission_host) has to know it,
# by the line transport_maps of ../postfix/feed.main.cf.j2.
require ["copy"];

redirect :copy "copy@feed.bedside.internal";
