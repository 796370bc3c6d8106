using Byon.Functions.Surfaces.Camara;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>Bodies of BYON call handling.</summary>
internal static class VvoipSchemas
{
    private static readonly Schema Address = Schema.Text(pattern: "^(tel:+[0-9]{5,15}|sip:.+@.+|.+)$") with { Name = "Address" };

    private static readonly Schema Offer = Schema.Object("WrtcsOffer", new Member("sdp", Schema.Text()));

    private static readonly Schema Answer = Schema.Object("WrtcsAnswer", new Member("sdp", Schema.Text()));

    /// <summary>The offer is required by the text of the definition, and by calls.</summary>
    public static readonly Schema Create = Schema.Object("VvoipSessionCreate", [.. Information(offerRequired: true)]);

    public static readonly Schema Session = Schema.Object("VvoipSessionInformation", [.. Information(offerRequired: false), SessionQuality.Member]);

    public static readonly Schema StatusChange = Change("ReceiverSessionStatusChange", statusRequired: true);

    public static readonly Schema Status = Change("ReceiverSessionStatus", statusRequired: false);

    private static Schema Change(string name, bool statusRequired) => Schema.Object(
        name, new("status", CallSchemas.Status, statusRequired), new("offer", Offer), new("answer", Answer), new("receiverName", Schema.Text()), new("receiverAddress", Address));

    private static IEnumerable<Member> Information(bool offerRequired) =>
    [
        new("originatorAddress", Address, Required: true), new("originatorName", Schema.Text()),
        new("receiverAddress", Address, Required: true), new("receiverName", Schema.Text()),
        new("status", CallSchemas.Status), new("offer", Offer, offerRequired), new("answer", Answer),
        new("clientCorrelator", Schema.Text()), new("vvoipSessionId", Schema.Text()),
    ];
}
