namespace Byon.Tests.Rig;

/// <summary>
/// Writes a Kamailio configuration that is a P-CSCF (TS 24.229 §5.2), by Kamailio's own IMS modules: it keeps who registered
/// through it and by which service route, lets nobody else and no other route pass, and stands in the Path of what comes back.
/// Kamailio's S-CSCF and I-CSCF ask an HSS by Diameter Cx, which Debian does not have (nextepc-hss speaks S6a and needs MongoDB):
/// the core behind it is <see cref="KamailioConfig"/> with Service-Route, Path and P-Associated-URI.
/// </summary>
internal static class PcscfConfig
{
    public static string Write(int port, int corePort) =>
        $$"""
        #!KAMAILIO
        debug=2
        log_stderror=yes
        fork=yes
        children=2
        tcp_children=1
        auto_aliases=no
        enable_sctp=no
        disable_tls=yes
        listen=udp:127.0.0.1:{{port}}
        listen=tcp:127.0.0.1:{{port}}
        tcp_accept_no_cl=yes
        sip_warning=no
        server_signature=no
        {{KamailioConfig.Modules("corex", "kex", "tm", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "xlog", "xhttp", "jsonrpcs", "ims_usrloc_pcscf", "ims_ipsec_pcscf", "ims_registrar_pcscf")}}
        modparam("jsonrpcs", "transport", 1)
        modparam("tm", "fr_timer", 5000)
        modparam("tm", "fr_inv_timer", 60000)
        modparam("ims_ipsec_pcscf", "ipsec_max_connections", 1)
        modparam("ims_registrar_pcscf", "pcscf_uri", "sip:127.0.0.1:{{port}}")
        modparam("ims_registrar_pcscf", "subscribe_to_reginfo", 0)
        modparam("ims_registrar_pcscf", "publish_reginfo", 0)
        event_route[xhttp:request] { jsonrpc_dispatch(); }
        request_route {
          if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
          if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
          if (has_totag()) {
            if (loose_route()) { t_relay(); exit; }
            if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
            sl_send_reply("404", "Not here"); exit;
          }
          t_check_trans();
          if (is_method("REGISTER")) {
            pcscf_save_pending("location");
            append_hf("Path: <sip:term@127.0.0.1:{{port}};lr>\r\n");
            append_hf("P-Visited-Network-ID: visited.test\r\n");
            t_on_reply("REGISTERED");
            $du = "sip:127.0.0.1:{{corePort}}";
            t_relay();
            exit;
          }
          if ($sp == {{corePort}}) {
            loose_route();
            record_route();
            t_relay();
            exit;
          }
          if (!pcscf_is_registered("location")) { sl_send_reply("403", "Not registered here"); exit; }
          if (!pcscf_follows_service_routes("location")) { sl_send_reply("400", "Not the service route"); exit; }
          loose_route();
          remove_hf("P-Access-Network-Info");
          record_route();
          t_relay();
        }
        onreply_route[REGISTERED] { if (t_check_status("200")) pcscf_save("location"); }
        """;
}
