namespace Byon.Local.Azurite;

/// <summary>How to start the storage emulator.</summary>
/// <param name="InstallFolder">Folder with its node_modules, see <see cref="AzuriteInstallation"/>.</param>
/// <param name="BlobPort">0 lets the system choose; so for the other ports.</param>
/// <param name="DataFolder">Where it keeps its data; null keeps everything in memory.</param>
public sealed record AzuriteOptions(string InstallFolder, int BlobPort = 0, int QueuePort = 0, int TablePort = 0, string? DataFolder = null);
