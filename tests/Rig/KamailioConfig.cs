using System.Text;

namespace Byon.Tests.Rig;

/// <summary>
/// Writes a Kamailio configuration that behaves as the piece of an IMS a gateway sees: a registrar with digest
/// authentication, a proxy that rings all contacts of a number at once, cancels those that lost with the reason RFC 3326
/// gives for a call taken elsewhere, and asserts the caller's identity (RFC 3325).
/// </summary>
internal static class KamailioConfig
{
    /// <param name="isCore">It stands behind a P-CSCF: contacts are reached by their Path, and calls come by its service route.</param>
    public static string Write(int port, string domain, IEnumerable<KamailioSubscriber> subscribers, bool isCore = false) =>
        $$"""
        #!KAMAILIO
        debug=2
        log_stderror=yes
        fork=yes
        children=2
        tcp_children=2
        auto_aliases=no
        enable_sctp=no
        disable_tls=yes
        listen=udp:127.0.0.1:{{port}}
        listen=tcp:127.0.0.1:{{port}}
        alias="{{domain}}"
        tcp_accept_no_cl=yes
        sip_warning=no
        server_signature=no
        {{Modules("corex", "kex", "tm", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "usrloc", "registrar", "xlog", "htable", "auth", "xhttp", "jsonrpcs", "tmx")}}
        modparam("jsonrpcs", "transport", 1)
        modparam("tm", "fr_timer", 5000)
        modparam("tm", "fr_inv_timer", 60000)
        modparam("usrloc", "db_mode", 0)
        modparam("usrloc", "timer_interval", 1)
        modparam("registrar", "min_expires", 1)
        modparam("registrar", "max_expires", 3600)
        modparam("registrar", "use_path", {{(isCore ? 1 : 0)}})
        modparam("registrar", "path_mode", 0)
        modparam("htable", "htable", "password=>size=6;")
        modparam("htable", "htable", "identity=>size=6;")
        modparam("htable", "htable", "ringlimit=>size=6;")
        modparam("htable", "htable", "refusal=>size=6;")
        modparam("htable", "htable", "phrase=>size=6;")
        event_route[htable:mod-init] {
        {{Table(subscribers)}}
          return;
        }
        event_route[xhttp:request] { jsonrpc_dispatch(); }
        request_route {
          if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
          if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
          if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
          if (has_totag()) {
            if (loose_route()) { t_relay(); exit; }
            if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
            sl_send_reply("404", "Not here"); exit;
          }
          if (is_method("REGISTER")) {
            if (!pv_www_authenticate("{{domain}}", "$sht(password=>$au)", "0")) { www_challenge("{{domain}}", "1"); exit; }
            if ($sht(identity=>$au) != $tU) { sl_send_reply("403", "Not your number"); exit; }
            append_to_reply("P-Associated-URI: <sip:$tU@{{domain}}>\r\n");
            {{(isCore ? $"append_to_reply(\"Service-Route: <sip:orig@127.0.0.1:{port};lr>\\r\\n\");" : "")}}
            if (!save("location")) sl_reply_error();
            exit;
          }
          t_check_trans();
          remove_hf("Route");
          if (is_method("INVITE")) {
            if (!pv_proxy_authenticate("{{domain}}", "$sht(password=>$au)", "0")) { proxy_challenge("{{domain}}", "1"); exit; }
            remove_hf("P-Asserted-Identity");
            remove_hf("P-Preferred-Identity");
            append_hf("P-Asserted-Identity: <sip:$sht(identity=>$au)@{{domain}}>\r\n");
            consume_credentials();
            record_route();
          }
          if ($sht(refusal=>$rU) != $null) { send_reply("$sht(refusal=>$rU)", "$sht(phrase=>$rU)"); exit; }
          if ($sht(ringlimit=>$rU) != $null) t_set_fr("$sht(ringlimit=>$rU)");
          if ($rd == "{{domain}}" && !lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
          if (!t_relay()) sl_reply_error();
        }
        """;

    public static string Modules(params string[] names) =>
        string.Join(Environment.NewLine, names.Select(name => $"loadmodule \"{name}.so\""));

    private static string Table(IEnumerable<KamailioSubscriber> subscribers)
    {
        var lines = new StringBuilder();
        foreach (var subscriber in subscribers)
        {
            lines.AppendLine($"  $sht(password=>{subscriber.User}) = \"{subscriber.Password}\";");
            lines.AppendLine($"  $sht(identity=>{subscriber.User}) = \"{subscriber.Number}\";");
            if (subscriber.RingLimit is { } limit)
                lines.AppendLine($"  $sht(ringlimit=>{subscriber.Number}) = {(int)limit.TotalMilliseconds};");
            if (subscriber.Refusal is { } refusal)
            {
                lines.AppendLine($"  $sht(refusal=>{subscriber.Number}) = {refusal.Status};");
                lines.AppendLine($"  $sht(phrase=>{subscriber.Number}) = \"{refusal.Phrase}\";");
            }
        }

        return lines.ToString();
    }
}
