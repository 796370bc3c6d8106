using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Location;

namespace Byon.MediaNode;

/// <summary>How this node behaves as a SIP user agent.</summary>
/// <param name="SessionInterval"><c>Node__Sip__SessionSeconds</c> (1800): session timer (RFC 4028) to ask for and to grant at most.</param>
/// <param name="Preconditions"><c>Node__Sip__Preconditions</c> (false): name the state of resources in our offers (RFC 3312).</param>
/// <param name="Telephony"><c>Node__Sip__Telephony</c> (true): name the IMS telephony service (MMTEL) in contacts and calls.</param>
/// <param name="RegistersPerSecond"><c>Node__Sip__RegistersPerSecond</c> (100): pace of REGISTERs that nobody waits for.</param>
/// <param name="IsTrusted"><c>Node__Ims__Authentication</c> (digest): <c>trusted</c> where the next hop takes this node's word for who registers.</param>
/// <param name="NextHops"><c>Node__Ims__NextHop</c>: <c>sip:HOST[:PORT][;transport=udp|tcp|tls]</c>, the P-CSCF or SBC; several divided by commas, in order of preference. A name is looked up as RFC 3263 says (NAPTR, SRV, addresses), and again when its time is over. Required.</param>
/// <param name="SwitchesToTcp">Requests above 1300 bytes leave UDP for TCP, unless a next hop says <c>transport=udp</c>.</param>
/// <param name="Tls"><c>Node__Sip__Tls__…</c>: see <see cref="NodeTlsOptions"/>.</param>
/// <param name="TellsDialogs"><c>Node__Sip__DialogEvents</c> (false): tell the state of a device's calls to who subscribes to them (RFC 4235).</param>
/// <param name="PublishesPresence"><c>Node__Sip__Presence</c> (false): publish that registered devices can be reached, and whether they are on the phone (RFC 3903).</param>
/// <param name="NameServers"><c>Node__Sip__NameServers</c>: who is asked for names of the IMS, divided by commas; those of the machine if not set.</param>
/// <param name="AccessNetwork"><c>Node__Sip__AccessNetwork</c>: value of P-Access-Network-Info, such as <c>IEEE-802.11</c>.</param>
public sealed record NodeSipOptions(
    TimeSpan SessionInterval, bool Preconditions, bool Telephony, double RegistersPerSecond, bool IsTrusted,
    IReadOnlyList<SipTarget> NextHops, bool SwitchesToTcp, NodeTlsOptions Tls,
    string? AccessNetwork, IReadOnlyList<IPEndPoint>? NameServers, bool TellsDialogs, bool PublishesPresence)
{
    internal static NodeSipOptions Read(SettingReader settings) => new(
        TimeSpan.FromSeconds(settings.Number("Node:Sip:SessionSeconds", 1800, 90, 86_400)),
        settings.Flag("Node:Sip:Preconditions", false),
        settings.Flag("Node:Sip:Telephony", true),
        settings.Number("Node:Sip:RegistersPerSecond", 100, 0.1, 100_000),
        settings.Choice("Node:Ims:Authentication", "digest", "trusted") == "trusted",
        settings.NextHops("Node:Ims:NextHop"),
        !settings.Text("Node:Ims:NextHop").Contains("transport=udp", StringComparison.OrdinalIgnoreCase),
        NodeTlsOptions.Read(settings),
        settings.HeaderValue("Node:Sip:AccessNetwork"),
        settings.EndPoints("Node:Sip:NameServers", 53),
        settings.Flag("Node:Sip:DialogEvents", false),
        settings.Flag("Node:Sip:Presence", false));
}
