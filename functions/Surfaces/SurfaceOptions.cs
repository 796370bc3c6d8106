namespace Byon.Functions.Surfaces;

/// <summary>Section "Surfaces": how exactly each publication is followed.</summary>
internal sealed class SurfaceOptions
{
    /// <summary>
    /// A member of a body that the definition does not have is 400 INVALID_ARGUMENT. CAMARA demands it from r3.1 on; examples
    /// of the earlier publications break it, so there such a member is passed over unless this is set.
    /// </summary>
    public bool StrictCamara { get; set; } = true;

    /// <summary>The same for the publication r2.2.</summary>
    public bool StrictCamaraR22 { get; set; }

    /// <summary>For BYON also: a request without the header transactionId is refused.</summary>
    public bool StrictByon { get; set; }

    /// <summary>
    /// A refresh without a body is answered 204 (CAMARA's test cases) and not 200 with the new expiry (its text). One with a
    /// body always gets the 200.
    /// </summary>
    public bool EmptyRefreshGivesNoContent { get; set; }

    /// <summary>
    /// The events API is served as webrtc-events-subscriptions, its name from CAMARA r3.1 on, and its scopes and event types
    /// are named so.
    /// </summary>
    public bool EventsUnderNewName { get; set; }

    public bool IsStrict(Publication publication) => publication switch
    {
        Publication.Camara or Publication.Extension => StrictCamara,
        Publication.CamaraR22 => StrictCamaraR22,
        _ => StrictByon,
    };
}
