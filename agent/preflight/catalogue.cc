#include "agent/preflight/catalogue.h"

#include <array>

namespace sekisho::preflight {
namespace {

constexpr std::array kEntries = {
    Entry{FindingId::kKeyboardNone,
          "keyboard-none",
          Severity::kBreaks,
          {"No keyboard that would go on working was found.",
           "導入後も使えるキーボードが見つかりません。"},
          {"Plug in the keyboard that will be used, then run this again; install only then.",
           "使用するキーボードを接続し、もう一度実行してから導入してください。"}},
    Entry{FindingId::kKeyboardNotAdoptable,
          "keyboard-not-adoptable",
          Severity::kBreaks,
          {"A keyboard is something else besides (USB interface classes after the colon; 08 is "
           "storage): it cannot be adopted and would be refused.",
           "キーボード以外の機能(コロンの後は USB インターフェースクラス、08 は記憶装置)を持つ"
           "ため承認できず、遮断されます。"},
          {"Use a plain keyboard, or write a policy rule that allows this one before enforcing.",
           "単機能のキーボードを使うか、遮断を有効にする前にポリシーで許可してください。"}},
    Entry{FindingId::kKeyboardBluetooth,
          "keyboard-bluetooth",
          Severity::kBreaks,
          {"A keyboard is connected by Bluetooth; its adapter would be refused.",
           "Bluetooth 接続のキーボードがあります。アダプターが遮断されると使えません。"},
          {"Use a wired keyboard, at least to log in.",
           "少なくともログイン用に有線のキーボードを用意してください。"}},
    Entry{FindingId::kDiskPassphraseUnreachable,
          "disk-passphrase-unreachable",
          Severity::kBreaks,
          {"A passphrase is typed at boot, and no keyboard that could type it was found.",
           "起動時にパスフレーズを入力しますが、入力できるキーボードが見つかりません。"},
          {"Plug in a keyboard that can be adopted before installing.",
           "承認できるキーボードを接続してから導入してください。"}},
    Entry{
        FindingId::kNetworkUsb,
        "network-usb",
        Severity::kBreaks,
        {"The way to the console goes over a USB network adapter, which would be refused.",
         "コンソールへの経路が USB ネットワークアダプターで、遮断されます。"},
        {"Adopt it (sekisho adopt) or allow it by policy before enforcing, or use an on-board one.",
         "遮断を有効にする前に承認(sekisho adopt)またはポリシーで許可するか、内蔵のものを"
         "使ってください。"}},
    Entry{FindingId::kSystemOnUsb,
          "system-on-usb",
          Severity::kBreaks,
          {"The system itself lives on a USB disk, which would be refused at boot.",
           "システムが USB ディスク上にあり、起動時に遮断されます。"},
          {"Move it to an internal disk; Sekisho does not adopt storage.",
           "内蔵ディスクに移してください。記憶装置は承認できません。"}},
    Entry{FindingId::kUsbguardRunning,
          "usbguard-running",
          Severity::kBreaks,
          {"USBGuard is running: it opens and shuts USB devices by rules of its own.",
           "USBGuard が動作中で、独自の規則で USB 機器を開閉します。"},
          {"Remove it first: apt remove usbguard", "先に削除してください: apt remove usbguard"}},
    Entry{FindingId::kGnomeUsbProtection,
          "gnome-usb-protection",
          Severity::kBreaks,
          {"GNOME's USB protection is at work through USBGuard: it refuses new devices, keyboards "
           "included, while the screen is locked.",
           "GNOME の USB 保護が USBGuard 経由で有効です。画面ロック中に新しい機器を"
           "(キーボードも)拒否します。"},
          {"Remove usbguard-dbus, or: gsettings set org.gnome.desktop.privacy usb-protection false",
           "usbguard-dbus を削除するか、gsettings set org.gnome.desktop.privacy usb-protection "
           "false を実行してください。"}},
    Entry{FindingId::kBootFull,
          "boot-full",
          Severity::kBreaks,
          {"There is no room beside the kernels for a new initramfs: making one would fail.",
           "新しい initramfs を置く空きがなく、作成に失敗します。"},
          {"Remove old kernels: apt autoremove --purge",
           "古いカーネルを削除してください: apt autoremove --purge"}},
    Entry{FindingId::kBootReadOnly,
          "boot-read-only",
          Severity::kBreaks,
          {"The boot loader's menu cannot be written: installing would fail.",
           "ブートローダーのメニューに書き込めず、導入に失敗します。"},
          {"Mount it writable while installing: mount -o remount,rw DIRECTORY",
           "導入中は書き込み可でマウントしてください: mount -o remount,rw ディレクトリ"}},
    Entry{FindingId::kInitramfsOther,
          "initramfs-other",
          Severity::kBreaks,
          {"The initramfs is not made by initramfs-tools alone: without Sekisho's hook in it, USB "
           "keyboards would be dead at the disk's passphrase.",
           "initramfs を作るのが initramfs-tools だけではありません。Sekisho のフックが入らないと"
           "パスフレーズ入力時に USB キーボードが使えません。"},
          {"Use initramfs-tools: apt install initramfs-tools",
           "initramfs-tools を使ってください: apt install initramfs-tools"}},
    Entry{FindingId::kBootLoaderPassword,
          "boot-loader-password",
          Severity::kStaysOpen,
          {"GRUB has no password: whoever is at the keyboard can boot without the barrier.",
           "GRUB にパスワードがなく、操作できる人は誰でも防壁なしで起動できます。"},
          {"Set one (grub-mkpasswd-pbkdf2, superusers in /etc/grub.d/40_custom); the rescue entry "
           "needs it too.",
           "設定してください(grub-mkpasswd-pbkdf2、/etc/grub.d/40_custom の superusers)。"
           "救援用の起動項目にも必要です。"}},
    Entry{FindingId::kBootLoaderOther,
          "boot-loader-other",
          Severity::kStaysOpen,
          {"The boot loader is not GRUB: the kernel's command line is not made ours, and there is "
           "no rescue entry.",
           "ブートローダーが GRUB ではないため、カーネルのコマンドラインは設定されず、"
           "救援用の起動項目もできません。"},
          {"Use GRUB, or add usbcore.authorized_default=0 by hand when enforcing.",
           "GRUB を使うか、遮断を有効にするとき usbcore.authorized_default=0 を手で加えて"
           "ください。"}},
    Entry{FindingId::kBootLoaderSeveral,
          "boot-loader-several",
          Severity::kStaysOpen,
          {"There is more than one boot loader: another one could start this system without the "
           "barrier.",
           "ブートローダーが複数あり、別のものから防壁なしで起動できるおそれがあります。"},
          {"Remove those that are not used.", "使わないものを削除してください。"}},
    Entry{FindingId::kBootMenuWritable,
          "boot-menu-writable",
          Severity::kStaysOpen,
          {"Others than root can write the boot loader's menu.",
           "管理者以外がブートローダーのメニューに書き込めます。"},
          {"chmod go-w DIRECTORY", "chmod go-w ディレクトリ を実行してください。"}},
    Entry{FindingId::kBpfLsmMissing,
          "bpf-lsm-missing",
          Severity::kStaysOpen,
          {"The kernel runs without its BPF security module: media that do not come over USB (SD "
           "slots on PCI, NVMe), and read-only, cannot be held.",
           "カーネルの BPF セキュリティモジュールが無効です。USB 以外の媒体(PCI の SD スロット、"
           "NVMe)や読み取り専用を強制できません。"},
          {"Use Debian's kernel, and take lsm= without bpf off its command line.",
           "Debian のカーネルを使い、コマンドラインの bpf を含まない lsm= を外してください。"}},
    Entry{
        FindingId::kThunderboltOpen,
        "thunderbolt-open",
        Severity::kStaysOpen,
        {"Thunderbolt or USB4 is there: PCIe devices (NVMe among them) come past the USB barrier.",
         "Thunderbolt / USB4 があり、PCIe 機器(NVMe など)は USB の防壁を通りません。"},
        {"Turn PCIe tunnelling off in the firmware's set-up (\"DisplayPort and USB only\").",
         "ファームウェア設定で PCIe トンネリングを無効(DisplayPort と USB のみ)にして"
         "ください。"}},
    Entry{FindingId::kDiskPassphrase,
          "disk-passphrase",
          Severity::kNote,
          {"A passphrase is typed at boot. It can be typed on adopted keyboards, and on no other.",
           "起動時にパスフレーズを入力します。承認したキーボードでだけ入力できます。"},
          {"Adopt every keyboard that is used for it, where it is plugged in now.",
           "入力に使うキーボードは、今の接続口のまますべて承認してください。"}},
    Entry{FindingId::kKeyboardUsbOnly,
          "keyboard-usb-only",
          Severity::kNote,
          {"All keyboards are USB ones: what is not adopted does not work at login.",
           "キーボードはすべて USB です。承認していないものはログインで使えません。"},
          {"See that those in use are among what the installation adopts.",
           "使用中のものが導入時の承認対象に入っていることを確かめてください。"}},
    Entry{FindingId::kKeyboardSingle,
          "keyboard-single",
          Severity::kNote,
          {"There is one keyboard. When it breaks, a new one needs the helpdesk, or the rescue "
           "entry.",
           "キーボードは 1 台です。故障時の交換には窓口の許可か、救済用の起動が必要です。"},
          {"Adopt a second one, and keep it where it can be found.",
           "もう 1 台を承認し、取り出せる所に保管してください。"}},
    Entry{FindingId::kNetworkWireless,
          "network-wireless",
          Severity::kNote,
          {"The way to the console is wireless: a policy that shuts Wi-Fi would cut it.",
           "コンソールへの経路が無線です。Wi-Fi を遮断するポリシーで切れます。"},
          {"Use a cable where there is one.", "可能なら有線にしてください。"}},
    Entry{FindingId::kNetworkNone,
          "network-none",
          Severity::kNote,
          {"There is no route to the console now.", "現在コンソールへの経路がありません。"},
          {"It denies all the same; to enrol, connect it or carry the request by file.",
           "遮断は働きます。登録には、接続するかファイルで申請を運んでください。"}},
    Entry{FindingId::kPamEdited,
          "pam-edited",
          Severity::kNote,
          {"PAM's files were changed by hand or are another package's: pam-auth-update would leave "
           "them alone, and so will the login check of a later release.",
           "PAM の設定が手作業または他のパッケージで変更されています。pam-auth-update も今後の"
           "ログイン検査もこれを書き換えません。"},
          {"Know who changed them, and why, before logins are guarded.",
           "ログインを保護する前に、変更した人と理由を確かめてください。"}},
    Entry{FindingId::kUsbguardInstalled,
          "usbguard-installed",
          Severity::kNote,
          {"USBGuard is installed and not running.", "USBGuard が導入済みです(停止中)。"},
          {"Remove it, so that nobody starts it: apt remove usbguard",
           "誤って起動しないよう削除してください: apt remove usbguard"}},
    Entry{FindingId::kBoltInstalled,
          "bolt-installed",
          Severity::kNote,
          {"bolt is installed: it lets Thunderbolt devices in by itself.",
           "bolt が導入済みで、Thunderbolt 機器を独自に許可します。"},
          {"Remove it where Thunderbolt is not used: apt remove bolt",
           "Thunderbolt を使わないなら削除してください: apt remove bolt"}},
    Entry{FindingId::kFileWatchers,
          "file-watchers",
          Severity::kNote,
          {"Other products decide on every file that is opened (fanotify): two that wait for each "
           "other can stop the machine.",
           "他の製品がファイルを開くたびに判定しています(fanotify)。互いに待つと端末が"
           "止まることがあります。"},
          {"Exclude /usr/lib/sekisho and /var/lib/sekisho in them.",
           "それらの製品で /usr/lib/sekisho と /var/lib/sekisho を除外してください。"}},
    Entry{FindingId::kTpmNone,
          "tpm-none",
          Severity::kNote,
          {"There is no TPM 2.0: the terminal's keys are kept in files.",
           "TPM 2.0 がないため、端末の鍵はファイルに保存します。"},
          {"Turn it on in the firmware's set-up, if the machine has one.",
           "搭載していればファームウェア設定で有効にしてください。"}},
    Entry{FindingId::kClockDoubtful,
          "clock-doubtful",
          Severity::kNote,
          {"The clock is behind what is on the disk, or nothing keeps it right.",
           "時計がディスク上の記録より遅れているか、時刻同期がありません。"},
          {"Set it, and let timesyncd or chrony keep it; enrolling needs it within a day.",
           "合わせて、timesyncd か chrony で同期してください。登録には 1 日以内の誤差が"
           "必要です。"}},
    Entry{FindingId::kSerialUseless,
          "serial-useless",
          Severity::kNote,
          {"The machine's serial number says nothing: re-imaged, it is not known again by it.",
           "本体のシリアル番号が無意味で、再導入したときの照合に使えません。"},
          {"Give tokens with an inventory number to such machines.",
           "このような端末には備品番号付きのトークンを使ってください。"}},
    Entry{FindingId::kUnseen,
          "unseen",
          Severity::kNote,
          {"Something could not be looked at.", "確認できなかった項目があります。"},
          {"Run it as root: sudo sekisho preflight",
           "管理者として実行してください: sudo sekisho preflight"}},
};

}  // namespace

std::span<const Entry> Catalogue() { return kEntries; }

const Entry& EntryOf(FindingId id) { return kEntries[static_cast<std::size_t>(id)]; }

const char* Code(Severity severity) {
  switch (severity) {
    case Severity::kBreaks:
      return "breaks";
    case Severity::kStaysOpen:
      return "stays-open";
    case Severity::kNote:
      return "note";
  }
  return "note";
}

const char* Say(Language language, Severity severity) {
  const bool japanese = language == Language::kJapanese;
  switch (severity) {
    case Severity::kBreaks:
      return japanese ? "支障あり" : "BREAKS";
    case Severity::kStaysOpen:
      return japanese ? "開いたまま" : "STAYS OPEN";
    case Severity::kNote:
      return japanese ? "注意" : "NOTE";
  }
  return "";
}

}  // namespace sekisho::preflight
